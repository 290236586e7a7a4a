import { sql } from 'drizzle-orm';
import { type TestApp, testApp, type Visitor } from './app.ts';
import { withTotp } from './authenticator-app.ts';
import { type Person, signUp } from './world.ts';

// What somebody outside may measure to learn whether an address is known here (R-AU-1).

/** A question about an address, whose answer must not depend on whether anybody here has it. */
export interface Question {
  name: string;
  /** Addresses of the same length: one that is known and one that is not. */
  known: string;
  unknown: string;
  ask: (email: string) => Promise<Response>;
}

export interface TimingWorld {
  t: TestApp;
  questions: Question[];
  /** Takes back what a question left behind, so that the next finds the same: two invitations, and no tries counted. */
  clear(): Promise<void>;
}

/** The product with some people in it, and the questions. `cost` is bcrypt's: a low one hides less behind the hash. */
export async function timingWorld(cost: number): Promise<TimingWorld> {
  const t = await testApp({ cost });
  const alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
  const carol = await signUp(t, 'carol@example.com', 'carol-shop');
  await withTotp(t, carol);
  await signUp(t, 'keyed@example.com', 'keyed-shop');
  await signUp(t, 'wait1@example.com', 'waits-shop', { verified: false });
  await t.deps.db.write('arrange', (tx) =>
    tx.run(sql`update users set password_hash = '!' where email = 'keyed@example.com'`),
  );
  const wrong = { password: 'not the password of anybody' };
  const stranger = t.visitor();
  const device = alice.browser.cookies.get('sp_device') ?? '';
  const byForm = (email: string) => stranger.post('/auth/login', { email, ...wrong });
  const questions: Question[] = [
    { name: 'log-in, form', known: 'alice@example.com', unknown: 'nobod@example.com', ask: byForm },
    { name: 'log-in, two-step log-in on', known: 'carol@example.com', unknown: 'nobod@example.com', ask: byForm },
    { name: 'log-in, no password set', known: 'keyed@example.com', unknown: 'nobod@example.com', ask: byForm },
    { name: 'log-in, address not confirmed', known: 'wait1@example.com', unknown: 'nobod@example.com', ask: byForm },
    {
      name: 'log-in, JSON',
      known: 'alice@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => stranger.json('POST', '/auth/login', { email, ...wrong }),
    },
    {
      name: 'log-in, a device of one’s own',
      known: 'carol@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => withDevice(t, device).post('/auth/login', { email, ...wrong }),
    },
    {
      name: 'log-in, password too long',
      known: 'alice@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => stranger.post('/auth/login', { email, password: 'x'.repeat(200) }),
    },
    {
      name: 'reset',
      known: 'alice@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => stranger.post('/reset', { email }),
    },
    {
      name: 'reset, address not confirmed',
      known: 'wait1@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => stranger.post('/reset', { email }),
    },
    {
      name: 'invitation by an owner',
      known: 'carol@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => alice.browser.post('/settings/members', { email, role: 'viewer' }),
    },
    {
      name: 'invitation sent again',
      known: 'carol@example.com',
      unknown: 'nobod@example.com',
      ask: (email) => sendAgain(t, alice, email),
    },
  ];
  return { t, questions, clear: () => clear(t) };
}

function withDevice(t: TestApp, device: string): Visitor {
  const visitor = t.visitor();
  visitor.cookies.set('sp_device', device);
  return visitor;
}

/** The invitation that `clear` has put there. */
async function sendAgain(t: TestApp, alice: Person, email: string): Promise<Response> {
  const id = await invitationOf(t, email);
  return alice.browser.post(`/settings/members/invitations/${id}/resend`);
}

async function invitationOf(t: TestApp, email: string): Promise<string> {
  const [row] = await t.deps.db.read.all<{ id: string }>(sql`select id from invitations where email_key = ${email}`);
  return row?.id ?? 'none';
}

async function clear(t: TestApp): Promise<void> {
  await t.deps.db.write('clear', async (tx) => {
    for (const table of ['rate_limits', 'invitations', 'one_time_tokens', 'deliveries', 'audit_log'])
      await tx.run(sql`delete from ${sql.identifier(table)}`);
    for (const [i, email] of ['carol@example.com', 'nobod@example.com'].entries()) {
      await tx.run(sql`insert into invitations (id, account_id, email, email_key, role, hash, created_at, expires_at)
        select ${`inv_${i}`}, account_id, ${email}, ${email}, 'viewer', ${`hash ${i}`}, 0, ${t.clock.now() + 1e9}
        from memberships m join users u on u.id = m.user_id where u.email = 'alice@example.com'`);
    }
  });
}

/** Milliseconds of each answer, the two addresses asked in turn and in an order that changes. */
export async function measure(world: TimingWorld, { ask, known, unknown }: Question, n: number) {
  const taken = { known: [] as number[], unknown: [] as number[] };
  for (let i = -5; i < n; i++) {
    const order = i % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const which of order) {
      await world.clear();
      const started = performance.now();
      await (await ask(which === 'known' ? known : unknown)).text();
      // The first few warm up.
      if (i >= 0) taken[which].push(performance.now() - started);
    }
  }
  return taken;
}

/** Welch's t of two samples: how many standard errors their means lie apart. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const [one, two] = [momentsOf(a), momentsOf(b)];
  return (one.mean - two.mean) / Math.sqrt(one.variance / a.length + two.variance / b.length);
}

/** Both samples without what is slower than nine tenths of all: what other programs on the machine did to them. */
export function cropped(a: readonly number[], b: readonly number[]): [number[], number[]] {
  const all = [...a, ...b].toSorted((x, y) => x - y);
  const most = all[Math.floor(all.length * 0.9)] ?? Number.POSITIVE_INFINITY;
  return [a.filter((x) => x <= most), b.filter((x) => x <= most)];
}

function momentsOf(sample: readonly number[]): { mean: number; variance: number } {
  const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
  const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sample.length - 1);
  return { mean, variance };
}

export const medianOf = (sample: readonly number[]): number =>
  sample.toSorted((a, b) => a - b)[Math.floor(sample.length / 2)] ?? Number.NaN;
