import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { sql } from 'drizzle-orm';
import { buildApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { AccountMail } from '../../src/core/account-mail.ts';
import type { Clock } from '../../src/core/time.ts';
import type { Deps } from '../../src/deps.ts';
import { Live } from '../../src/engine/live.ts';
import { Tally } from '../../src/engine/tally.ts';
import { createLog } from '../../src/log.ts';
import type { EngineHealth } from '../../src/site/health.ts';
import { createPasswords } from '../../src/users/passwords.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { type FakeClock, fakeClock } from './clock.ts';
import { openTestDatabase } from './db.ts';

export const BASE_URL = 'http://localhost:8000';

export interface TestApp {
  app: Hono<AppEnv>;
  deps: Deps;
  /** The clock of `deps`, unless another was handed in. */
  clock: FakeClock;
  /** Lines that were logged, as parsed JSON. */
  logged: Record<string, unknown>[];
  /** A visitor with a cookie jar of their own who uses our own pages. */
  visitor(options?: { ip?: string; userAgent?: string }): Visitor;
  /** Account mails waiting in the outbox for an address, oldest first. */
  accountMails(to: string): Promise<AccountMail[]>;
  close(): Promise<void>;
}

export interface TestOptions {
  config?: Partial<Config>;
  clock?: Clock;
  /** bcrypt cost; low, so that a test spends its time on what it tests. */
  cost?: number;
  /** What the engine, which does not run here, is said to report. */
  health?: EngineHealth;
}

/** The whole product without its engine: a migrated database of its own, a clock that stands still, fast passwords. */
export async function testApp(options: TestOptions = {}): Promise<TestApp> {
  const { db, close } = await openTestDatabase();
  const dataPath = mkdtempSync(join(tmpdir(), 'statusping-data-'));
  const clock = fakeClock();
  const logged: Record<string, unknown>[] = [];
  const passwords = createPasswords({ cost: options.cost ?? 4 });
  const env = { DATA_PATH: dataPath, BASE_URL, SECRET_KEY: 'tests-only-0123456789abcdef0123456789abcdef' };
  const deps: Deps = {
    config: { ...loadConfig(env), ...options.config },
    db,
    clock: options.clock ?? clock,
    log: createLog('debug', { write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>) }),
    live: new Live(),
    tally: new Tally(),
    outbound: { allowPrivate: true, resolvers: [] },
    passwords,
    wake: { outbox: () => {}, scheduler: () => {} },
  };
  const app = buildApp(deps, () => options.health ?? healthyAt(deps.clock.now()));
  return {
    app,
    deps,
    clock,
    logged,
    visitor: (who) => new Visitor(app, deps.config.baseUrl, who),
    accountMails: async (to) => {
      const rows = await db.read.all<{ payload: string }>(
        sql`select payload from deliveries where user_id is not null and channel_id is null
            and payload ->> '$.to' = ${to} order by created_at, rowid`,
      );
      return rows.map(({ payload }) => JSON.parse(payload) as AccountMail);
    },
    close: async () => {
      await passwords.close();
      await close();
      rmSync(dataPath, { recursive: true, force: true });
    },
  };
}

/** What an engine reports with which all is well. */
export function healthyAt(now: number): EngineHealth {
  return {
    scheduler: {
      ok: true,
      lastTickAt: now,
      running: 0,
      waiting: 0,
      startLagMs: { p50: 0, p99: 0 },
      loopLagMs: { p99: 0, max: 0 },
    },
    outbox: { awaySince: null },
    ingest: { waiting: 0 },
    network: { offlineSince: null },
    backup: { everyMs: 0, lastAt: null, problem: null },
  };
}

export type FormValues = Record<string, string | string[]>;

/** One browser: keeps cookies, sends the headers a browser sends from our own pages, follows nothing by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #app: Hono<AppEnv>;
  readonly #baseUrl: string;
  readonly #ip: string;
  readonly #userAgent: string;
  /** Set by `bearer()`: JSON calls carry it instead of cookies. */
  token: string | null = null;

  constructor(app: Hono<AppEnv>, baseUrl: string, who: { ip?: string; userAgent?: string } = {}) {
    this.#app = app;
    this.#baseUrl = baseUrl;
    this.#ip = who.ip ?? '127.0.0.1';
    this.#userAgent = who.userAgent ?? 'Test Browser';
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, { headers: { accept: 'text/html', ...headers } });
  }

  /** A form sent from one of our pages. */
  post(path: string, form: FormValues = {}, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(form)) for (const value of [values].flat()) body.append(name, value);
    return this.request(path, {
      method: 'POST',
      headers: { accept: 'text/html', origin: this.#baseUrl, 'sec-fetch-site': 'same-origin', ...headers },
      body,
    });
  }

  /** A JSON call, from a script of our pages or, once `token` is set, from a program. */
  json(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const sent: Record<string, string> = { accept: 'application/json' };
    if (this.token === null) sent['origin'] = this.#baseUrl;
    else sent['authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) sent['content-type'] = 'application/json';
    return this.request(path, {
      method,
      headers: { ...sent, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Any request, with this browser's cookies and address. */
  async request(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('user-agent')) headers.set('user-agent', this.#userAgent);
    const jar = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (jar !== '' && this.token === null && !headers.has('cookie')) headers.set('cookie', jar);
    const env = { incoming: { socket: { remoteAddress: this.#ip } } };
    const response = await this.#app.request(`${this.#baseUrl}${path}`, { ...init, headers }, env);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) this.cookies.delete(name.trim());
    else this.cookies.set(name.trim(), value);
  }
}
