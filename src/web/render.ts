import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ROOT } from '../config.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv, Session } from './env.ts';
import { readFlash } from './forms.ts';
import { createFormat } from './format.ts';

/** What every page of an account says besides its own matter, when there is something to say. */
export interface Notices {
  /** One sentence when mails cannot leave, else null. */
  mailProblem: string | null;
  /** Monitors that are down now: the number beside "Monitors" in the navigation. */
  down: number;
  /** Other accounts of the person, to change over to. */
  accounts: { id: string; name: string }[];
  /** Members only look, for the plan has no team: see `roleOn`. */
  onlyLooking: boolean;
  /** A payment failed: until then the plan stays, epoch ms. Told to those who look after the account. */
  payUntil: number | null;
}

/** What a page has counted for itself, so that its frame need not count it again. */
export type Known = Partial<Pick<Notices, 'down'>>;

const QUIET: Notices = { mailProblem: null, down: 0, accounts: [], onlyLooking: false, payUntil: null };

/** What the operator says on every page. */
export interface Announcements {
  maintenance: object | null;
  notice: { text: string; tone: 'info' | 'warn' } | null;
}

const SILENT: Announcements = { maintenance: null, notice: null };

/** The built program is one file; run from its sources, the program is being worked on. */
export const FROM_SOURCE = import.meta.filename.endsWith('.ts');

/** Draws views. `notices` is asked once for each page of a signed-in person, `announcements` for each page. */
export function createViews(
  deps: Deps,
  notices: (session: Session, known: Known) => Promise<Notices> = () => Promise.resolve(QUIET),
  announcements: () => Promise<Announcements> = () => Promise.resolve(SILENT),
) {
  const cache = !FROM_SOURCE || process.env['NODE_ENV'] === 'production';
  const eta = new Eta({
    views: join(ROOT, 'views'),
    cache,
    debug: !cache,
    escapeFunction: escape,
    functionHeader: 'const { fmt, when, icon, asset } = it;',
  });
  const asset = createAsset(cache);
  const fmt = createFormat(deps.clock);
  const locals = {
    fmt,
    asset,
    /** `<time>` in UTC that the browser rewrites to the reader's zone. */
    when: (ms: number | null, style: 'time' | 'date' | 'clock' | 'ago' = 'time'): string =>
      ms === null
        ? '–'
        : `<time datetime="${fmt.iso(ms)}" data-time="${style}" title="${fmt.time(ms)}">${fmt[style](ms)}</time>`,
    /** A drawing of the sprite; silent for screen readers, so a word belongs beside it. */
    icon: (name: string, classes = ''): string =>
      `<svg class="${escape(`icon ${classes}`.trim())}" aria-hidden="true"><use href="${asset('icons.svg')}#${escape(name)}"></use></svg>`,
  };
  return {
    /** The page `views/<name>.eta` as a response, with session, flash and path for the layout. */
    async page(
      c: Context<AppEnv>,
      name: string,
      data: object = {},
      status: ContentfulStatusCode = 200,
      known: Known = {},
    ): Promise<Response> {
      const session = c.get('session') ?? null;
      const around = {
        session,
        flash: readFlash(c),
        // The page that says the database failed must not ask the database.
        notices: session && status < 500 ? await notices(session, known) : QUIET,
        said: status < 500 ? await announcements() : SILENT,
        demoOpen: deps.config.demo,
        /** What the provider is called that people may sign in at. */
        signInAt: deps.config.oidc?.name ?? null,
        path: c.req.path,
        baseUrl: deps.config.baseUrl,
        requestId: c.get('requestId'),
      };
      return c.html(eta.render(name, { ...data, ...around, ...locals }), status);
    },
    /** A view without a request: mails, the public page's rendered copy. */
    text(name: string, data: object): string {
      return eta.render(name, { baseUrl: deps.config.baseUrl, ...data, ...locals });
    },
  };
}

export type Views = ReturnType<typeof createViews>;

/** Absolute path of the folder with static files. */
export const PUBLIC_ROOT = join(ROOT, 'public');

/** Address of a file of `public/`, with a fingerprint so that it may be cached for ever. */
function createAsset(remember: boolean): (file: string) => string {
  const known = new Map<string, string>();
  return (file) => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const path = join(PUBLIC_ROOT, file);
    const print = existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 10) : '';
    const address = `/assets/${file}${print && `?v=${print}`}`;
    if (remember) known.set(file, address);
    return address;
  };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML; nothing for null, undefined and false, which templates use as "absent". */
function escape(value: unknown): string {
  if (value === null || value === undefined || value === false) return '';
  const text = typeof value === 'string' ? value : `${value as number}`;
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
