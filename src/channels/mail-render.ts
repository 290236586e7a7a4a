import { join } from 'node:path';
import { Eta } from 'eta';
import { ROOT } from '../config.ts';
import { type AccountMail, accountMailWords } from '../core/account-mail.ts';
import type { AlertEntry } from '../core/alert.ts';
import { columnsOf, fit } from '../core/columns.ts';
import type { Parcel } from './channel.ts';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
  /** Address that ends mails like this one with one click. */
  unsubscribe?: string | undefined;
}

interface Link {
  label: string;
  href: string;
}

/** One line of a merged mail, with the whole address of its page. */
interface Line extends Omit<AlertEntry, 'path'> {
  href: string;
}

/** What both parts of a mail draw, in the same order. */
interface MailContent {
  subject: string;
  tone: 'bad' | 'good' | 'neutral';
  /** The state in a word, or null where there is none. */
  badge: string | null;
  headline: string;
  late: string | null;
  facts: { label: string; value: string }[];
  lines: Line[];
  /** What the lines had no room for: how many, and their names by state. */
  more: { count: number; groups: { badge: string; names: string }[] } | null;
  paragraphs: string[];
  /** The first is what to do, others are choices beside it. */
  buttons: Link[];
  /** Why the reader gets this mail, and where that can be changed. */
  footer: string;
  change: Link | null;
}

/** Lines with a link of their own; mail readers cut off what is much longer than this makes a mail. */
const MOST_LINES = 100;

const eta = new Eta({ views: join(ROOT, 'views'), cache: true, autoEscape: true });

/** The mail of one alert, or of many that were merged; `baseUrl` is the installation's address without a slash at the end. */
export function renderAlert({ words, link, acknowledge }: Parcel, baseUrl: string): RenderedMail {
  const lines = words.entries.map(({ path, ...line }) => ({ ...line, href: `${baseUrl}${path}` }));
  const answer = acknowledge === null ? [] : [{ label: 'Acknowledge', href: acknowledge }];
  return render({
    subject: words.subject,
    tone: words.tone,
    badge: words.badge,
    headline: words.headline,
    late: words.late,
    facts: words.facts,
    lines: lines.slice(0, MOST_LINES),
    more: lines.length > MOST_LINES ? namesOf(lines.slice(MOST_LINES)) : null,
    paragraphs: [words.nextStep],
    buttons: [{ label: words.linkLabel, href: link }, ...answer],
    footer: words.footer,
    change: { label: 'Change who is told', href: `${baseUrl}/channels` },
  });
}

/** The mail of a log-in or of the installation. */
export function renderAccountMail(mail: AccountMail, baseUrl: string): RenderedMail {
  const { button, entries = [], unsubscribe, ...words } = accountMailWords(mail, baseUrl);
  const buttons = button === null ? [] : [button];
  const lines = entries.map(({ path, ...line }) => ({ ...line, href: `${baseUrl}${path}` }));
  const nothing = { badge: null, late: null, facts: [], more: null, change: null };
  return { ...render({ ...nothing, ...words, lines, tone: 'neutral', buttons }), unsubscribe };
}

/** A mail to somebody who follows a page. `html` and `text` say the same; without `html` the text is drawn. */
interface FollowerContent extends Pick<MailContent, 'subject' | 'tone' | 'badge' | 'headline' | 'facts' | 'footer'> {
  /** Of the words, as `lang` wants it. */
  language: string;
  /** Stands where our own name would. */
  brand: string;
  html: string;
  text: string;
  button: Link;
  /** Before the button's address, spelled out. */
  orOpen: string;
  changes: Link[];
}

export function renderFollowerMail(content: FollowerContent): RenderedMail {
  const { subject, headline, badge, facts, text, button, footer, changes } = content;
  const blocks = [
    badge === null ? headline : `${badge}: ${headline}`,
    factLines(facts),
    text,
    `${button.label}:\n${button.href}`,
    ['-- ', footer, ...changes.map(({ label, href }) => `${label}: ${href}`)].join('\n'),
  ];
  const paragraphs = text.split('\n\n');
  return {
    subject,
    text: `${blocks.filter(Boolean).join('\n\n')}\n`,
    html: eta.render('mail/news', { ...content, paragraphs, preview: text.slice(0, 200) }),
  };
}

/** Every name that is left, so that no incident goes unnamed however many there are. */
function namesOf(lines: Line[]): MailContent['more'] {
  const groups = new Map<string, string[]>();
  for (const { badge, name } of lines) groups.set(badge, [...(groups.get(badge) ?? []), name]);
  return {
    count: lines.length,
    groups: [...groups].map(([badge, names]) => ({ badge, names: names.join(', ') })),
  };
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
  const { headline, late, lines, more, paragraphs, buttons, footer, change } = content;
  const blocks = [
    headline,
    late,
    factLines(content.facts),
    lines.map(({ badge, name, text, href }) => `- ${badge}: ${name} – ${text}\n  ${href}`).join('\n'),
    more && [`And ${more.count} more:`, ...more.groups.map(({ badge, names }) => `${badge}: ${names}`)].join('\n'),
    ...paragraphs,
    ...buttons.map(({ label, href }) => `${label}:\n${href}`),
    `-- \n${footer}${change ? `\n${change.label}: ${change.href}` : ''}`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function factLines(facts: MailContent['facts']): string {
  // Signs of Chinese and Japanese are two columns wide.
  const width = Math.max(0, ...facts.map(({ label }) => columnsOf(label)));
  return facts.map(({ label, value }) => `${fit(`${label}:`, width + 2)}${value}`).join('\n');
}
