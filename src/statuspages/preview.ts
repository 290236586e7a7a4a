import type { Actor } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import type { Database, Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { Views } from '../web/render.ts';
import { changeInside } from './actions.ts';
import type { PageFacts } from './facts.ts';
import { createHeaders } from './headers.ts';
import { loadFacts } from './load.ts';
import { pageForms } from './page-forms.ts';
import type { PageInput } from './page-input.ts';
import type { Audience } from './shown-queries.ts';
import { findPage } from './queries.ts';
import { compactStyle } from './style.ts';

/** Carries the facts out of a transaction that is undone by it. */
class Undone extends Error {
  readonly facts: PageFacts;
  constructor(facts: PageFacts) {
    super('undone');
    this.facts = facts;
  }
}

/** By database: what `loadFacts` knows one by, so that closed days are read once and not with every key that is pressed. */
const BENCHES = new WeakMap<Database, Database>();

/** The database as it is inside a transaction. Writers take turns, so one bench serves them all. */
function benchOf(db: Database, tx: Tx): Database {
  const bench = BENCHES.get(db) ?? { ...db };
  BENCHES.set(db, bench);
  bench.read = tx;
  return bench;
}

/**
 * What the page would say with these changes, read by the very statement that visitors' pages are read with. The
 * changes are made in a transaction that is always undone, so a preview cannot differ from what saving gives.
 */
export async function previewFacts(
  deps: Deps,
  actor: Actor,
  pageId: string,
  input: PageInput,
  audience: Audience,
): Promise<PageFacts> {
  try {
    return await deps.db.write('preview status page', async (tx) => {
      const page = await findPage(tx, actor.accountId, pageId);
      if (!page) throw notFound();
      await changeInside(tx, actor, page, input, deps.clock.now());
      const facts = await loadFacts({ ...deps, db: benchOf(deps.db, tx) }, { pageId }, audience);
      if (!facts) throw notFound();
      throw new Undone(facts);
    });
  } catch (error) {
    if (error instanceof Undone) return error.facts;
    throw error;
  }
}

/** Draws previews: the page itself, without scripts, for the frame in the editor or a tab of its own. */
export function createPreview(deps: Deps, views: Views) {
  const style = compactStyle(views.text('statuspages/style', {}));
  const headers = createHeaders(style);
  const html = pageForms(deps, views, style)['html'];
  if (!html) throw new Error('pages are not written as HTML');
  return {
    async answer(facts: PageFacts, audience: Audience): Promise<Response> {
      const { baseUrl } = deps.config;
      const now = deps.clock.now();
      const around = {
        root: `/s/${facts.slug}`,
        tail: '',
        language: facts.language,
        audience,
        now,
        baseUrl,
        params: {},
      };
      const written = await html.write(facts, around);
      const body = typeof written === 'string' ? still(written) : written;
      const own = headers.form('page', facts, html.contentType, true)['content-security-policy'] ?? '';
      return new Response(body, { headers: { ...HEADERS, 'content-security-policy': harmless(own) } });
    },
    /** Says in one sentence why there is nothing new to show yet: for the frame, whose form is still being filled in. */
    refusal(problem: string): Response {
      const body = views.text('statuspages/preview-refused', { problem });
      return new Response(body, { headers: { ...HEADERS, 'content-security-policy': harmless('') } });
    },
  };
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Without what would run or reload: a sandbox refuses it anyway, and says so in the console. */
function still(html: string): string {
  return html.replace(/<(script|noscript)\b[^>]*>[\s\S]*?<\/\1>/g, '');
}

/** The page's own policy without scripts and forms, to be framed by us alone. */
function harmless(policy: string): string {
  const kept = policy.split('; ').filter((part) => /^(style|font|img)-src /.test(part));
  return [
    "default-src 'none'",
    ...kept,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    SANDBOX,
  ].join('; ');
}

/** The editor beside it keeps the place that was scrolled to, for which both must be of one origin. */
const SANDBOX = 'sandbox allow-same-origin';
