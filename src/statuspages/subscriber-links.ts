import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { isLanguage, LANGUAGE_TAG, LANGUAGES } from '../core/language.ts';
import { type PageWords, words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import { type FollowerPurpose, signFollower } from '../engine/subscriber-link.ts';
import type { AppEnv } from '../web/env.ts';
import type { Form } from '../web/forms.ts';
import { askedLanguage, tailOf } from './language.ts';
import { loadFacts } from './load.ts';
import { type PublicSite, rootOf, type Visit } from './site.ts';
import { changeChoice, confirm, openLink, unsubscribe } from './subscriber-actions.ts';
import { choiceForm, choiceOf, choices, type Faults, type Filled, filledForm, followPage } from './subscriber-form.ts';
import { findPageId, type SubscriberRow } from './subscriber-queries.ts';
import { shownTarget } from './subscriber-target.ts';

/** Somebody who came by the link of a message: the link is their right, whoever else may read the page. */
interface Arrival {
  visit: Omit<Visit, 'audience'>;
  w: PageWords;
  subscriber: SubscriberRow;
}

type Answer = Response | Promise<Response>;

/**
 * The links of messages, which work without a log-in. A GET only shows; a POST acts, because programs that look for
 * viruses open every link of a mail.
 */
export function subscriberLinks(
  deps: Deps,
  site: PublicSite,
  small: MiddlewareHandler<AppEnv>,
  posted: (c: Context<AppEnv>) => Promise<Form | Response>,
): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const page = followPage(site);

  routes.get('/:slug/confirm/:token', (c) => arrive(c, 'confirm', (arrival) => ask(arrival, 'confirm')));

  routes.post('/:slug/confirm/:token', small, (c) =>
    arrive(c, 'confirm', async ({ visit, w, subscriber }) => {
      await confirm(deps, subscriber.id);
      return page('follow-said', visit, {
        title: w.subscribe.confirmedHeading,
        text: w.subscribe.confirmedText,
        secret: subscriber.secret,
        preferences: here(visit, 'preferences', subscriber),
      });
    }),
  );

  routes.get('/:slug/preferences/:token', (c) =>
    arrive(c, 'preferences', (arrival) => choose(arrival, choiceForm(arrival.subscriber))),
  );

  routes.post('/:slug/preferences/:token', small, (c) =>
    arrive(c, 'preferences', async (arrival) => {
      const form = await posted(c);
      if (form instanceof Response) return form;
      const { visit, w, subscriber } = arrival;
      const filled = filledForm(form);
      const { choice, faults } = choiceOf(filled, visit.facts, w);
      if (Object.keys(faults).length > 0) return choose(arrival, filled, { faults }, 422);
      const language = isLanguage(form['language']) ? form['language'] : subscriber.language;
      await changeChoice(deps, subscriber.id, choice, language);
      const now = { visit: { ...visit, language }, w: words(language), subscriber: { ...subscriber, language } };
      return choose(now, filled, { saved: true });
    }),
  );

  routes.get('/:slug/unsubscribe/:token', (c) => arrive(c, 'unsubscribe', (arrival) => ask(arrival, 'unsubscribe')));

  // RFC 8058: the mail program itself posts here, with nothing but this address.
  routes.post('/:slug/unsubscribe/:token', small, (c) =>
    arrive(c, 'unsubscribe', async ({ visit, subscriber }) => {
      await unsubscribe(deps, subscriber);
      return left(visit);
    }),
  );

  /** Answers for the one a link speaks for. A link of another page, or whose time is over, opens nothing. */
  async function arrive(
    c: Context<AppEnv>,
    purpose: FollowerPurpose,
    answer: (arrival: Arrival) => Answer,
  ): Promise<Response> {
    const opened = await openLink(deps, purpose, c.req.param('token') ?? '');
    const slug = c.req.param('slug') ?? '';
    const facts = opened && (await loadFacts(deps, { pageId: opened.page }, 'public'));
    // A page that moved takes its links along, unless another one lives at the old address.
    const strange = facts && facts.slug !== slug && (await findPageId(deps.db.read, slug)) !== null;
    if (!facts || strange) return dead(c);
    const { subscriber } = opened;
    const language = askedLanguage(c) ?? subscriber?.language ?? facts.language;
    const visit = { facts, language, root: rootOf(c, facts.slug), tail: tailOf(c) };
    if (subscriber) return answer({ visit, w: words(language), subscriber });
    return purpose === 'unsubscribe' ? left(visit) : broken(visit);
  }

  async function dead(c: Context<AppEnv>): Promise<Response> {
    const visit = await site.visit(c, 'page');
    return visit instanceof Response ? visit : broken(visit);
  }

  function broken(visit: Omit<Visit, 'audience'>): Response {
    const { linkInvalidHeading: title, linkInvalidText: text } = words(visit.language).subscribe;
    return page('follow-said', visit, { title, text }, 404);
  }

  function left(visit: Omit<Visit, 'audience'>): Response {
    const { unsubscribedHeading: title, unsubscribedText: text } = words(visit.language).subscribe;
    return page('follow-said', visit, { title, text });
  }

  function ask({ visit, w: { subscribe: w }, subscriber }: Arrival, what: 'confirm' | 'unsubscribe'): Response {
    const who = shownTarget(subscriber.kind, subscriber.target);
    const { title } = visit.facts;
    const said =
      what === 'confirm'
        ? { title: w.confirmHeading, text: w.confirmText(who, title), button: w.confirmButton }
        : { title: w.unsubscribeHeading, text: w.unsubscribeText(who, title), button: w.unsubscribeButton };
    const { incidents, maintenance, component_ids: ids } = subscriber;
    const shown = visit.facts.components.filter(({ id }) => ids?.includes(id)).map(({ name }) => name);
    const chosen = [
      { label: w.kinds, value: [incidents && w.incidents, maintenance && w.maintenance].filter(Boolean).join(', ') },
      { label: w.components, value: ids === null ? w.allComponents : shown.join(', ') },
    ];
    return page('follow-ask', visit, { ...said, chosen: what === 'confirm' ? chosen : [] });
  }

  function choose(
    { visit, w, subscriber }: Arrival,
    filled: Omit<Filled, 'by' | 'target'>,
    more: { faults?: Faults; saved?: boolean } = {},
    status = 200,
  ): Response {
    const data = {
      title: w.subscribe.preferencesHeading,
      who: shownTarget(subscriber.kind, subscriber.target),
      secret: subscriber.secret,
      filled,
      faults: more.faults ?? {},
      saved: more.saved === true,
      lines: choices(visit.facts, filled.chosen),
      spoken: subscriber.language,
      languages: LANGUAGES.map((one) => ({ value: one, tag: LANGUAGE_TAG[one], name: words(one).language })),
      leave: here(visit, 'unsubscribe', subscriber),
    };
    return page('follow-choice', visit, data, status);
  }

  function here({ root }: Pick<Visit, 'root'>, purpose: FollowerPurpose, { id, page_id: page }: SubscriberRow): string {
    return `${root}/${purpose}/${signFollower(deps.config.secretKey, purpose, { subscriber: id, page })}`;
  }

  return routes;
}
