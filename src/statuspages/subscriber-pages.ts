import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { AppError } from '../core/errors.ts';
import { HOUR } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, readForm } from '../web/forms.ts';
import { limitAddress } from '../web/limits.ts';
import { clientIp } from '../web/security.ts';
import { askedLanguage } from './language.ts';
import type { PublicSite, Visit } from './site.ts';
import { subscribe } from './subscriber-actions.ts';
import {
  choiceOf,
  choices,
  emptyForm,
  type Faults,
  type Filled,
  filledForm,
  followPage,
  receiverOf,
  ways,
} from './subscriber-form.ts';
import { subscriberLinks } from './subscriber-links.ts';

/** Wishes of one visitor (R-EM-3). */
const PER_VISITOR = { max: 20, windowMs: HOUR };
const MOST_BYTES = 64 * 1024;

/** How people follow a page, below its address. Nothing is sent to anybody before they have said yes. */
export function subscriberRoutes(deps: Deps, site: PublicSite): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const page = followPage(site);
  const small = bodyLimit({ maxSize: MOST_BYTES, onError: () => new Response(null, { status: 413 }) });

  routes.get('/:slug/subscribe', async (c) => {
    const visit = await site.visit(c, 'page');
    return visit instanceof Response ? visit : draw(c, visit, emptyForm(c.req.query('by')));
  });

  routes.post('/:slug/subscribe', small, async (c) => {
    const visit = await site.visit(c, 'page');
    if (visit instanceof Response) return visit;
    const form = await posted(c);
    return form instanceof Response ? form : take(c, visit, filledForm(form));
  });

  async function take(c: Context<AppEnv>, visit: Visit, filled: Filled): Promise<Response> {
    const { facts, language } = visit;
    const spoken = words(language);
    const receiver = receiverOf(filled, spoken);
    const { choice, faults } = choiceOf(filled, facts, spoken);
    if ('fault' in receiver) return draw(c, visit, filled, { ...faults, target: receiver.fault }, 422);
    if (Object.keys(faults).length > 0) return draw(c, visit, filled, faults, 422);
    if (!(await mayAsk(c))) return draw(c, visit, filled, { target: spoken.subscribe.tooMany }, 429);
    await subscribe(deps, { ...choice, pageId: facts.id, kind: filled.by, target: receiver.target, language });
    const { sentHeading, sentText, sentHookHeading, sentHookText } = spoken.subscribe;
    const said = filled.by === 'email' ? [sentHeading, sentText] : [sentHookHeading, sentHookText];
    return page('follow-said', visit, { title: said[0] ?? '', text: said[1] });
  }

  async function mayAsk(c: Context<AppEnv>): Promise<boolean> {
    try {
      await limitAddress(deps, 'follow', clientIp(c, deps.config.trustedProxies), PER_VISITOR);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limited') return false;
      throw error;
    }
  }

  function draw(c: Context<AppEnv>, visit: Visit, filled: Filled, faults: Faults = {}, status = 200): Response {
    const { subscribe: w } = words(visit.language);
    const label = { email: w.email, webhook: w.webhookUrl, slack: w.slackUrl }[filled.by];
    const help = { email: null, webhook: w.webhookHelp, slack: w.slackHelp }[filled.by];
    const title = w.heading;
    const lines = choices(visit.facts, filled.chosen);
    const tabs = ways(filled.by, visit.root, askedLanguage(c), words(visit.language));
    return page('follow', visit, { title, filled, faults, label, help, lines, tabs }, status);
  }

  routes.route('/', subscriberLinks(deps, site, small, posted));
  return routes;
}

/** The fields of a form, or the answer for what is none. */
async function posted(c: Context<AppEnv>): Promise<Form | Response> {
  try {
    return await readForm(c);
  } catch (error) {
    if (error instanceof HTTPException) return new Response(error.message, { status: error.status });
    throw error;
  }
}
