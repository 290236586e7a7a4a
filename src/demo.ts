import { emailKey } from './core/email.ts';
import { newId, newToken } from './db/ids.ts';
import { seedDemo } from './db/seed.ts';
import type { Deps } from './deps.ts';
import { clearDemo, type Demo, disownDemo, readDemo, writeDemo } from './site/demo-queries.ts';
import { insertUser } from './users/queries.ts';
import { deleteSessions } from './users/session-queries.ts';
import { freeSlug, insertTenant } from './users/tenant.ts';

const NAME = 'Corner Shop';
/** Names of this kind belong to nobody, for ever (RFC 2606): whatever asks for one gets no answer. */
const ORIGIN = 'https://corner-shop.example';

/**
 * With the setting DEMO: makes the demo account once, and fills it. Without it, whoever is looking at one is sent away.
 * To be called at a start, before anything listens.
 */
export async function prepareDemo(deps: Deps): Promise<void> {
  const { config, db, clock, log } = deps;
  const found = await readDemo(db.read);
  if (!config.demo) {
    if (found) await db.write('end demo', (tx) => deleteSessions(tx, found.userId, null));
    return;
  }
  if (found?.seededAt) return;
  const demo = found ?? (await makeAccount(deps));
  const now = clock.now();
  await db.write('clear demo', (tx) => clearDemo(tx, demo.accountId, now));
  await seedDemo(db, { accountId: demo.accountId, origin: ORIGIN, alerts: false, now, idle: true });
  await db.write('demo filled', (tx) => writeDemo(tx, { ...demo, seededAt: now }));
  log.info({ account: demo.accountId }, 'the demo account was made');
}

/** An account whose one member may look, with a password that nobody has ever seen. */
async function makeAccount(deps: Deps): Promise<Demo> {
  const hash = await deps.passwords.hash(newToken());
  const now = deps.clock.now();
  const email = `visitor-${newToken().slice(0, 8).toLowerCase()}@demo.invalid`;
  return deps.db.write('make demo', async (tx) => {
    const userId = newId('usr');
    await insertUser(tx, {
      id: userId,
      email,
      email_key: emailKey(email),
      name: 'Visitor',
      password_hash: hash,
      email_verified_at: now,
      created_at: now,
    });
    const slug = await freeSlug(tx, 'corner-shop', now);
    const { accountId } = await insertTenant(tx, { userId, email, name: NAME, slug, plan: 'business', now });
    const demo = { userId, accountId, seededAt: null };
    await disownDemo(tx, demo);
    await writeDemo(tx, demo);
    return demo;
  });
}
