import type { Language } from '../core/language.ts';
import { isSubscriberKind, type SubscriberKind } from '../core/subscriber.ts';
import type { PageWords } from '../core/words/index.ts';
import type { Form } from '../web/forms.ts';
import type { PageFacts } from './facts.ts';
import type { Choice } from './subscriber-queries.ts';
import type { PublicSite, Visit } from './site.ts';
import { type Target, targetOf } from './subscriber-target.ts';

/** What a visitor filled in, to be shown again, and what is wrong with it. */
export interface Filled {
  by: SubscriberKind;
  target: string;
  incidents: boolean;
  maintenance: boolean;
  /** Whether single components were chosen, and which. */
  some: boolean;
  chosen: string[];
}

export interface Faults {
  target?: string;
  kinds?: string;
  components?: string;
}

/** A form that nobody has touched yet. */
export function emptyForm(by: string | undefined): Filled {
  const kind = isSubscriberKind(by) ? by : 'email';
  return { by: kind, target: '', incidents: true, maintenance: true, some: false, chosen: [] };
}

export function choiceForm(choice: Choice): Omit<Filled, 'by' | 'target'> {
  const { incidents, maintenance, component_ids: ids } = choice;
  return { incidents, maintenance, some: ids !== null, chosen: ids ?? [] };
}

/** What was posted. */
export function filledForm(form: Form): Filled {
  const by = String(form['by'] ?? '');
  return {
    by: isSubscriberKind(by) ? by : 'email',
    target: String(form['target'] ?? ''),
    incidents: form['incidents'] === 'true',
    maintenance: form['maintenance'] === 'true',
    some: form['scope'] === 'some',
    chosen: [form['component'] ?? []].flat(),
  };
}

/** The choice a form makes among the components that visitors see, or what is wrong with it. */
export function choiceOf(
  filled: Filled,
  facts: PageFacts,
  { subscribe }: PageWords,
): { choice: Choice; faults: Faults } {
  const shown = new Set(facts.components.map(({ id }) => id));
  const ids = [...new Set(filled.chosen)].filter((id) => shown.has(id));
  const { incidents, maintenance, some } = filled;
  const faults: Faults = {
    ...(incidents || maintenance ? {} : { kinds: subscribe.chooseKinds }),
    ...(some && ids.length === 0 ? { components: subscribe.chooseComponents } : {}),
  };
  return { choice: { incidents, maintenance, component_ids: some ? ids : null }, faults };
}

/** The receiver a form names, or what is wrong with it. */
export function receiverOf({ by, target }: Filled, { subscribe }: PageWords): { target: Target } | { fault: string } {
  const found = targetOf(by, target);
  return found ? { target: found } : { fault: by === 'email' ? subscribe.badEmail : subscribe.badUrl };
}

/** Ways to follow a page, for the head of the form; a feed needs no form. */
export function ways(by: SubscriberKind, root: string, language: Language | null, { subscribe }: PageWords) {
  const tail = language === null ? '' : `&lang=${language}`;
  const label = { email: subscribe.byEmail, webhook: subscribe.byWebhook, slack: subscribe.bySlack };
  return [
    ...(['email', 'webhook', 'slack'] as const).map((kind) => ({
      label: label[kind],
      href: `${root}/subscribe?by=${kind}${tail}`,
      current: kind === by,
    })),
    { label: subscribe.byFeed, href: `${root}/feed.atom`, current: false },
  ];
}

/** Lines of the page to choose from; those of a group stand below it, one step in. */
export function choices(facts: PageFacts, chosen: readonly string[]) {
  return facts.components.map(({ id, name, groupId }) => ({
    id,
    name,
    inside: groupId !== null,
    checked: chosen.includes(id),
  }));
}

/** Draws a page about following in the dress of the visited one. */
export function followPage({ page }: PublicSite) {
  return (
    view: string,
    visit: Omit<Visit, 'audience'>,
    data: { title: string; [name: string]: unknown },
    status = 200,
  ) => {
    const title = `${data.title} · ${visit.facts.title}`;
    return page(`statuspages/${view}`, visit, { ...data, heading: data.title, title, sheet: 'css/follow.css' }, status);
  };
}
