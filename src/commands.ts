import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { setPlanByEmail } from './accounts/actions.ts';
import { listPaidAccounts } from './billing/queries.ts';
import { makeFolder } from './config.ts';
import { emailKey } from './core/email.ts';
import { AppError } from './core/errors.ts';
import { PLANS, type Plan } from './core/plan.ts';
import { backupDatabase } from './db/backup.ts';
import { newToken } from './db/ids.ts';
import { seedDemo } from './db/seed.ts';
import type { Deps } from './deps.ts';
import { appointOperator, setMaintenance } from './site/operator-actions.ts';
import { listOperators } from './site/operator-queries.ts';
import { exportPage } from './statuspages/export-page.ts';
import { createUser } from './users/actions.ts';
import { resetPassword } from './users/password-actions.ts';
import { resetSecondFactor } from './users/totp-actions.ts';

export interface Command {
  name: string;
  usage: string;
  sentence: string;
  /** What the command line completes first: a password it asks the person for, a path (the last word) as seen from its folder. */
  completes?: 'password' | 'path';
  /** Runs in the process that has the database open and answers what to print. */
  run(deps: Deps, args: string[]): Promise<string[]>;
}

const HAS_SUBSCRIPTION = 'has a subscription at Stripe. What Stripe says next decides over it.';
const DEMO_EMAIL = 'demo@example.com';
const shownOnce = (password: string) => `Password: ${password} (shown only here)`;

/** What an operator can do from the command line. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'migrate',
    usage: 'migrate',
    sentence: 'Bring the database up to date. Starting the server does it too.',
    run: () => Promise.resolve(['The database is up to date.']),
  },
  {
    name: 'user create',
    usage: 'user create EMAIL [--password PASSWORD] [--name NAME] [--slug SLUG] [--plan PLAN]',
    sentence: 'Make a user with an account. A password that is not given is asked for, or made and shown once.',
    completes: 'password',
    run: async (deps, args) => {
      const { email, options } = parse(args, ['password', 'name', 'slug', 'plan']);
      const { password = newToken(), name, slug } = options;
      const made = await createUser(deps, {
        email,
        password,
        name: name ?? null,
        slug: slug ?? null,
        plan: options['plan'] === undefined ? null : plan(options['plan']),
      });
      const lines = [`Made ${made.email} with the status page ${deps.config.baseUrl}/s/${made.slug}`];
      return options['password'] === undefined ? [...lines, shownOnce(password)] : lines;
    },
  },
  {
    name: 'user set-plan',
    usage: 'user set-plan EMAIL PLAN',
    sentence: `Change the plan of a user's account: ${PLANS.join(', ')}.`,
    run: async (deps, args) => {
      const { email, rest } = parse(args, [], 1);
      const { paused, resumed, slowed } = await setPlanByEmail(deps, email, plan(rest[0]));
      const did = `${email} has the plan ${rest[0]}. Monitors paused: ${paused}, resumed: ${resumed}, slowed: ${slowed}.`;
      const paid = await listPaidAccounts(deps.db.read, emailKey(email));
      return [did, ...paid.map((name) => `${name} ${HAS_SUBSCRIPTION}`)];
    },
  },
  {
    name: 'user reset-password',
    usage: 'user reset-password EMAIL [--password PASSWORD]',
    sentence: 'Set a new password and end every session of the user.',
    completes: 'password',
    run: async (deps, args) => {
      const { email, options } = parse(args, ['password']);
      const { password = newToken() } = options;
      await resetPassword(deps, email, password);
      const lines = [`${email} has a new password, and all sessions have ended.`];
      return options['password'] === undefined ? [...lines, shownOnce(password)] : lines;
    },
  },
  {
    name: 'operator add',
    usage: 'operator add EMAIL',
    sentence: 'Let a person see and run the whole installation, under /operator.',
    run: async (deps, args) => {
      const { email, verified } = await appointOperator(deps, parse(args, []).email, true);
      const wait = verified ? [] : ['The address is not confirmed yet; the pages open once it is.'];
      return [`${email} is an operator.`, ...wait];
    },
  },
  {
    name: 'operator remove',
    usage: 'operator remove EMAIL',
    sentence: 'Take that away again.',
    run: async (deps, args) => {
      const { email } = await appointOperator(deps, parse(args, []).email, false);
      const left = await listOperators(deps.db.read);
      return [`${email} is no operator.`, ...(left.length === 0 ? ['Nobody is one now. See: operator add'] : [])];
    },
  },
  {
    name: 'operator list',
    usage: 'operator list',
    sentence: 'Print who is an operator.',
    run: async (deps) => {
      const operators = await listOperators(deps.db.read);
      if (operators.length === 0) return ['Nobody is an operator. See: operator add'];
      return operators.map(({ email, verified }) => (verified ? email : `${email} (address not confirmed)`));
    },
  },
  {
    name: 'mode maintenance',
    usage: 'mode maintenance on|off',
    sentence: 'While it is on, nobody changes anything through pages and API; checks and alerts go on.',
    run: async (deps, args) => {
      const [word, ...rest] = readArgs(args, {}).positionals;
      if ((word !== 'on' && word !== 'off') || rest.length > 0) throw new AppError('invalid', 'Say on or off.');
      await setMaintenance(deps, word === 'on');
      return [`Maintenance mode is ${word}.`];
    },
  },
  {
    name: 'user reset-second-factor',
    usage: 'user reset-second-factor EMAIL',
    sentence: 'Switch two-step log-in off and remove the passkeys of someone who lost them; every session ends.',
    run: async (deps, args) => {
      const { email } = parse(args, []);
      await resetSecondFactor(deps, email);
      return [`${email} logs in with the password alone again, and all sessions have ended.`];
    },
  },
  {
    name: 'backup',
    usage: 'backup [FILE]',
    sentence: 'Copy the database into a new file while it is in use. It holds secrets: keep it as safe as the data.',
    completes: 'path',
    run: async (deps, [file]) => {
      const stamp = new Date(deps.clock.now()).toISOString().replace(/\D/g, '').slice(0, 14);
      const target = file ?? join(deps.config.dataPath, 'backups', `statusping-${stamp}.db`);
      makeFolder(dirname(target));
      await backupDatabase(deps.config.databaseUrl, target);
      return [`Copied to ${target}`];
    },
  },
  {
    name: 'export-page',
    usage: 'export-page SLUG FOLDER',
    sentence: 'Write a status page as files that any web server can show. Only a page that everybody may read.',
    completes: 'path',
    run: async (deps, args) => {
      const { slug, folder } = exportWords(args);
      const files = await exportPage(deps, slug, folder);
      return [`Wrote ${files} files to ${folder}; open ${join(folder, 'index.html')}`];
    },
  },
  {
    name: 'seed',
    usage: 'seed [--origin URL]',
    sentence: 'Add a demo account with monitors, 90 days of history and an open incident. URL is the site they watch.',
    run: async (deps, args) => {
      const { values, positionals } = readArgs(args, { origin: { type: 'string' } });
      const origin = values.origin ?? 'https://example.com';
      if (positionals.length > 0 || !URL.canParse(origin)) {
        throw new AppError('invalid', 'Give the site as --origin https://example.com, and nothing else.');
      }
      const password = newToken();
      const demo = await createUser(deps, {
        email: DEMO_EMAIL,
        password,
        name: 'Corner Shop',
        slug: 'corner-shop',
        plan: 'business',
      });
      // The e-mail channel stays off: the addresses of the demo are nobody's.
      await seedDemo(deps.db, {
        accountId: demo.accountId,
        origin: new URL(origin).origin,
        alerts: false,
        now: deps.clock.now(),
      });
      deps.wake.scheduler();
      return [`Log in at ${deps.config.baseUrl}/login as ${demo.email}`, shownOnce(password)];
    },
  },
];

/** The command of that name; throws `AppError` for any other. */
export function findCommand(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (!found) throw new AppError('not_found', `There is no command "${name}".`);
  return found;
}

/** EMAIL, then `extra` more words, then options that all take a value. */
function parse(args: string[], names: string[], extra = 0) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values, positionals } = readArgs(args, options);
  const [email, ...rest] = positionals;
  if (!email || rest.length !== extra) throw new AppError('invalid', 'Words are missing or too many. See: help');
  return { email, rest, options: values as Record<string, string | undefined> };
}

function exportWords(args: string[]): { slug: string; folder: string } {
  const [slug, folder, ...rest] = readArgs(args, {}).positionals;
  if (!slug || !folder || rest.length > 0) throw new AppError('invalid', 'Words are missing or too many. See: help');
  return { slug, folder };
}

function readArgs(args: string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new AppError('invalid', error instanceof Error ? error.message : String(error));
  }
}

function plan(word: string | undefined): Plan {
  const found = PLANS.find((name) => name === word);
  if (!found) throw new AppError('invalid', `"${word}" is no plan; there are ${PLANS.join(', ')}.`);
  return found;
}
