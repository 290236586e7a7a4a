import { join } from 'node:path';
import { Eta } from 'eta';
import { ROOT } from '../config.ts';
import { type AccountMail, accountMailWords } from '../core/account-mail.ts';
import type { Parcel } from './channel.ts';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** What both mail views draw; the text part says the same in the same order. */
interface MailContent {
  subject: string;
  tone: 'bad' | 'good' | 'neutral';
  /** The state in a word, or null where there is none. */
  badge: string | null;
  headline: string;
  late: string | null;
  facts: { label: string; value: string }[];
  paragraphs: string[];
  button: { label: string; href: string } | null;
  /** Why the reader gets this mail. */
  footer: string;
}

const eta = new Eta({ views: join(ROOT, 'views'), cache: true, autoEscape: true });

export function renderAlert({ words, link }: Parcel): RenderedMail {
  return render({
    subject: words.subject,
    tone: words.tone,
    badge: words.badge,
    headline: words.headline,
    late: words.late,
    facts: words.facts,
    paragraphs: [words.nextStep],
    button: { label: words.linkLabel, href: link },
    footer: words.footer,
  });
}

export function renderAccountMail(mail: AccountMail, baseUrl: string): RenderedMail {
  const words = accountMailWords(mail, baseUrl);
  return render({ ...words, tone: 'neutral', badge: null, late: null, facts: [] });
}

function render(content: MailContent): RenderedMail {
  const preview = content.facts.find(({ label }) => label === 'Why')?.value ?? content.paragraphs[0] ?? '';
  return {
    subject: content.subject,
    text: plainText(content),
    html: eta.render('mail/message', { ...content, preview }),
  };
}

function plainText(content: MailContent): string {
  const width = Math.max(0, ...content.facts.map(({ label }) => label.length));
  const facts = content.facts.map(({ label, value }) => `${`${label}:`.padEnd(width + 2)}${value}`).join('\n');
  const button = content.button && `${content.button.label}:\n${content.button.href}`;
  const blocks = [content.headline, content.late, facts, ...content.paragraphs, button, `-- \n${content.footer}`];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}
