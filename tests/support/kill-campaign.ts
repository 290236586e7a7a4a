import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { CHANNELS } from '../../src/channels/registry.ts';
import { openDatabase } from '../../src/db/client.ts';
import { buildOnce, openPlace, type Started } from './process.ts';
import { serveHttp, type TestServer } from './servers.ts';
import { type SmtpSink, smtpSink } from './smtp.ts';

/** What one receiver was told: the message's key, and each fact in it. */
export interface Receipt {
  channel: 'mail' | 'webhook' | 'slack';
  /** Null where the format has no room for a key. */
  key: string | null;
  told: { incident: string; event: 'down' | 'up' }[];
  /** Whether the receiver said that it took the message. */
  taken: boolean;
}

export interface Campaign {
  kills: Record<string, number>;
  incidents: { id: string; monitor: number; resolved: boolean }[];
  receipts: Receipt[];
  /** Monitors with more than one open incident at any look. */
  secondOpen: number;
  /** Deliveries that were not sent in the end, by state. */
  unsent: Record<string, number>;
  seconds: number;
}

/** Where a process is killed. Everything but `random` and `ready` is seen from outside: by its log or by a receiver. */
export const POINTS = [
  'random',
  'ready',
  'committed, not sent',
  'webhook arrived',
  'webhook answered',
  'slack arrived',
  'slack answered',
  'mail begun',
  'mail taken',
] as const;
type Point = (typeof POINTS)[number];

const MONITORS = 12;
/** A point that is not reached this long after something new has happened is left: the process is killed where it is. */
const PATIENCE_MS = 2_500;
/** How long something new is waited for, which on a busy machine takes its time. */
const START_PATIENCE_MS = 60_000;
const DRAIN_MS = 240_000;
const PAGE = /\/incidents\/(inc_\w+)/g;

/**
 * Kills the built product again and again while targets flap and three receivers listen, then lets it finish.
 * What counts is what the receivers have written down themselves.
 */
export async function runKillCampaign(kills: number, say: (line: string) => void = () => {}): Promise<Campaign> {
  const began = Date.now();
  const field = new Field();
  await field.open();
  try {
    const counts: Record<string, number> = {};
    for (let n = 0; n < kills; n += 1) {
      const point = POINTS[n % POINTS.length] ?? 'random';
      const reached = await field.killAt(point);
      const name = reached ? point : 'random';
      counts[name] = (counts[name] ?? 0) + 1;
      if ((n + 1) % 20 === 0) say(`${n + 1} of ${kills} kills, ${field.receipts.length} messages taken so far`);
    }
    say('the targets are up, the rest is let out');
    await field.drain();
    return { ...(await field.result()), kills: counts, seconds: Math.round((Date.now() - began) / 1_000) };
  } finally {
    await field.close();
  }
}

class Field {
  readonly receipts: Receipt[] = [];
  readonly #place = openPlace();
  readonly #down = new Set<number>();
  #secondOpen = 0;
  #closed = false;
  #targets: TestServer | null = null;
  #hooks: TestServer | null = null;
  #sink: SmtpSink | null = null;
  #flapping: NodeJS.Timeout | undefined;
  /** Called when something of a name happens at a receiver. */
  #onPoint: (point: Point) => void = () => {};

  get #file(): string {
    return join(this.#place.data, 'statusping.db');
  }

  async open(): Promise<void> {
    buildOnce();
    this.#targets = await serveHttp((request, response) => {
      const no = Number(request.url?.slice(1));
      response.writeHead(this.#down.has(no) ? 503 : 200).end('x');
    });
    this.#hooks = await serveHttp((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const key = String(request.headers['webhook-id'] ?? '') || null;
        this.#take(request.url === '/slack' ? 'slack' : 'webhook', key, body, response);
      });
    });
    this.#sink = await smtpSink();
    this.#sink.behave(() => {
      this.#onPoint('mail begun');
      return 'accept';
    });
    void this.#watchMail(this.#sink);
    const first = await this.#start();
    await first.end('SIGTERM');
    await this.#arrange();
    this.#flapping = setInterval(() => this.#flap(), 150);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#flapping);
    await this.#place.close();
    await this.#targets?.close();
    await this.#hooks?.close();
    await this.#sink?.stop();
  }

  /** Starts a process and kills it at the point; false when the point did not come. */
  async killAt(point: Point): Promise<boolean> {
    let reach: (value: boolean) => void = () => {};
    const reached = new Promise<boolean>((resolve) => {
      reach = resolve;
    });
    const process = await this.#start();
    if (point === 'ready') reach(true);
    if (point === 'random') setTimeout(() => reach(true), 150 + Math.random() * 1_200);
    let changed = false;
    let late = setTimeout(() => reach(false), START_PATIENCE_MS);
    // What the last process left behind leaves at once: a point counts only after something new has happened.
    process.process.stdout?.on('data', (part: Buffer) => {
      if (!part.includes('monitor changed state')) return;
      if (!changed) {
        changed = true;
        clearTimeout(late);
        late = setTimeout(() => reach(false), PATIENCE_MS);
      }
      if (point === 'committed, not sent') reach(true);
      this.#onPoint = (seen) => seen === point && reach(true);
    });
    const result = await reached;
    clearTimeout(late);
    this.#onPoint = () => {};
    await process.end('SIGKILL');
    await this.#look();
    return result;
  }

  /** All targets answer, and one last process runs until nothing is left to send. */
  async drain(): Promise<void> {
    clearInterval(this.#flapping);
    this.#down.clear();
    const process = await this.#start();
    const end = Date.now() + DRAIN_MS;
    while (Date.now() < end) {
      await sleep(500);
      const open = await this.#read('select count(*) as n from incidents where resolved_at is null');
      const undone = await this.#read(
        "select count(*) as n from deliveries where state in ('queued','failed','sending')",
      );
      if (Number(open[0]?.['n']) === 0 && Number(undone[0]?.['n']) === 0) break;
    }
    await process.end('SIGTERM');
    await this.#look();
  }

  async result(): Promise<Pick<Campaign, 'incidents' | 'receipts' | 'secondOpen' | 'unsent'>> {
    const incidents = await this.#read('select id, monitor_no, resolved_at from incidents order by started_at');
    const unsent = await this.#read("select state, count(*) as n from deliveries where state <> 'sent' group by state");
    const mails = (this.#sink?.mails ?? []).map((mail): Receipt => {
      return { channel: 'mail', key: mail.messageId ?? null, told: toldIn(mail.text ?? ''), taken: true };
    });
    return {
      incidents: incidents.map((row) => ({
        id: String(row['id']),
        monitor: Number(row['monitor_no']),
        resolved: row['resolved_at'] !== null,
      })),
      receipts: [...this.receipts, ...mails].filter(({ told }) => told.length > 0),
      secondOpen: this.#secondOpen,
      unsent: Object.fromEntries(unsent.map((row) => [String(row['state']), Number(row['n'])])),
    };
  }

  /** Says of each mail that it was taken, until the sink ends. */
  async #watchMail(sink: SmtpSink): Promise<void> {
    for (let taken = 1; !this.#closed; taken += 1) {
      await sink.waitFor(taken, DRAIN_MS).then(
        () => this.#onPoint('mail taken'),
        () => {},
      );
    }
  }

  #start(): Promise<Started> {
    return this.#place.start({
      BASE_URL: 'http://localhost:8000',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(this.#sink?.port),
      SMTP_USE_TLS: 'false',
      ALLOW_PRIVATE_TARGETS: 'true',
      WITNESS_TARGETS: 'none',
    });
  }

  #take(channel: 'webhook' | 'slack', key: string | null, body: string, response: ServerResponse): void {
    const receipt: Receipt = {
      channel,
      key,
      told: channel === 'slack' ? toldIn(flatText(body)) : toldByJson(body),
      taken: false,
    };
    this.receipts.push(receipt);
    this.#onPoint(channel === 'slack' ? 'slack arrived' : 'webhook arrived');
    response.end('ok', () => {
      receipt.taken = true;
      this.#onPoint(channel === 'slack' ? 'slack answered' : 'webhook answered');
    });
  }

  #flap(): void {
    const no = 1 + Math.floor(Math.random() * MONITORS);
    if (!this.#down.delete(no)) this.#down.add(no);
  }

  /** One account with three channels and monitors that are checked every second. */
  async #arrange(): Promise<void> {
    const now = Date.now();
    const db = await openDatabase(`file:${this.#file}`);
    const url = this.#hooks?.url ?? '';
    const secret = CHANNELS.webhook.create();
    const channels = [
      ['chn_mail', 'email', CHANNELS.email.parseConfig({ to: 'ops@example.com' })],
      ['chn_hook', 'webhook', CHANNELS.webhook.parseConfig({ url: `${url}/hook`, ...secret })],
      ['chn_slack', 'slack', CHANNELS.slack.parseConfig({ url: `${url}/slack`, webhook_url: `${url}/slack` })],
    ] as const;
    await db.write('arrange', async (tx) => {
      await tx.run(sql`insert into users (id, email, email_key, password_hash, email_verified_at, created_at)
        values ('usr_a', 'ops@example.com', 'ops@example.com', 'x', ${now}, ${now})`);
      await tx.run(
        sql`insert into accounts (id, name, slug, plan, created_at) values ('acc_a', 'Ops', 'ops', 'business', ${now})`,
      );
      await tx.run(
        sql`insert into memberships (account_id, user_id, role, created_at) values ('acc_a', 'usr_a', 'owner', ${now})`,
      );
      for (const [id, kind, config] of channels) {
        await tx.run(sql`insert into channels (id, account_id, kind, name, config, per_minute, created_at)
          values (${id}, 'acc_a', ${kind}, ${kind}, ${JSON.stringify(config)}, 60, ${now})`);
      }
      for (let no = 1; no <= MONITORS; no += 1) {
        await tx.run(sql`insert into monitors (no, id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
            retries, failure_threshold, recovery_threshold, flap_detection, public, tags, next_check_at, created_at)
          values (${no}, ${`mon_${no}`}, 'acc_a', ${`Monitor ${no}`}, 'http', ${`${this.#targets?.url}/${no}`}, '{}', 1, 5,
            1, 1, 1, 0, 1, '[]', ${now}, ${now})`);
        await tx.run(sql`insert into monitor_states (monitor_no) values (${no})`);
        await tx.run(sql`insert into monitor_channels (monitor_no, channel_id) select ${no}, id from channels`);
      }
    });
    await db.close();
  }

  async #look(): Promise<void> {
    const twice = await this.#read(
      'select monitor_no from incidents where resolved_at is null group by monitor_no having count(*) > 1',
    );
    this.#secondOpen += twice.length;
  }

  async #read(query: string): Promise<Record<string, unknown>[]> {
    const client = createClient({ url: `file:${this.#file}` });
    try {
      return (await client.execute(query)).rows.map((row) => ({ ...row }));
    } finally {
      client.close();
    }
  }
}

/** Facts in a webhook's body, one or merged. */
function toldByJson(body: string): Receipt['told'] {
  interface Fact {
    incident_id: string | null;
    event: string;
  }
  const whole = JSON.parse(body) as Fact & { alerts?: Fact[] };
  const facts = whole.alerts ?? [whole];
  return facts.flatMap(({ incident_id: incident, event }) =>
    incident && (event === 'down' || event === 'up') ? [{ incident, event }] : [],
  );
}

/** Every text of a JSON document, one a line. */
function flatText(body: string): string {
  const texts: string[] = [];
  JSON.parse(body, (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

/**
 * Facts in a text for people: the incidents whose pages it names. Of a merged message each line or block that names a
 * page says what happened; a single message says it anywhere.
 */
function toldIn(text: string): Receipt['told'] {
  const ids = new Set([...text.matchAll(PAGE)].map((match) => match[1] ?? ''));
  if (ids.size <= 1) return [...ids].map((incident) => ({ incident, event: isUp(text) ? 'up' : 'down' }));
  const pieces = text.split(/\n/);
  return [...ids].map((incident) => {
    const at = pieces.findIndex((piece) => piece.includes(incident));
    const line = (pieces[at] ?? '').trim();
    // An address alone on its line belongs to the line above.
    const said = line.includes(' ') ? line : `${pieces[at - 1] ?? ''} ${line}`;
    return { incident, event: isUp(said) ? 'up' : 'down' };
  });
}

function isUp(text: string): boolean {
  return /up again|was down for/i.test(text);
}
