import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { IMPORT_SOURCES } from '../core/import-draft.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import type { Askable } from '../web/inside.ts';
import { limitRate } from '../web/limits.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { readAside } from './aside.ts';
import { CLASHES, fitAccount } from './import-fit.ts';
import { IMPORT_LOOKS } from './import-pages.ts';
import { importCounts } from './import-words.ts';
import { insideClient, type Job, type Jobs } from './job.ts';
import { readServer } from './server.ts';
import { subject } from './words.ts';

const Input = z
  .object({
    content: z.string('Send the text of the file.').min(1, 'Send the text of the file.').openapi({
      description: 'A backup of Uptime Kuma, answers of UptimeRobot or Healthchecks, or a file of Gatus.',
      example: 'endpoints:\n  - name: Website\n    url: https://example.com\n    conditions: ["[STATUS] == 200"]\n',
    }),
    source: z
      .enum(IMPORT_SOURCES)
      .optional()
      .openapi({ example: 'gatus', description: 'Seen by the content unless said.' }),
    on_clash: z.enum(CLASHES).default('skip').openapi({
      description: 'Monitors whose name and kind the account has: `skip` leaves them, `again` makes them anyway.',
    }),
    values: z.record(z.string().max(200), z.string().max(65_536)).optional().openapi({
      example: {},
      description: 'For placeholders of a Gatus file, by their names. What needs one without a value is not made.',
    }),
    dry_run: z.boolean().default(true).openapi({ description: 'True only tells what would be made.' }),
  })
  .strict()
  .openapi('ImportInput');

const JobAnswer = z
  .object({
    state: z.enum(['running', 'done', 'failed']),
    started_at: z.string(),
    done: z.int(),
    total: z.int(),
    message: z.string().nullable().openapi({ description: 'Why it stopped.' }),
  })
  .openapi('ImportJob');

const Imported = z
  .object({
    source: z.enum(IMPORT_SOURCES),
    document: z.string().openapi({ description: 'The same as a settings file, secrets as `${NAME}`.' }),
    losses: z
      .array(z.object({ where: z.string(), what: z.string(), why: z.string() }))
      .openapi({ description: 'Everything of the file that does not come over.' }),
    plan: z.object({
      monitors: z.int(),
      channels: z.int(),
      pages: z.int(),
      already_there: z.int(),
      left_out: z.int(),
      losses: z.int(),
    }),
    needed: z.array(z.string()).openapi({ description: 'Placeholders that have no value yet.' }),
    job: z
      .union([JobAnswer, z.null()])
      .openapi({ description: 'Null after a dry run, and where nothing is to be done.' }),
  })
  .openapi('Import');

/** `/api/import`: what the form does, for programs. Databases are for the form and the command line. */
export function importApi(deps: Deps, app: Askable, jobs: Jobs): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'post',
      path: '/import',
      tags: ['Import'],
      summary: 'Import from another product',
      description:
        'Only makes what is not there, within the plan of the account, in the background; `GET /api/import` says how far it is.',
      middleware: guard('write'),
      request: { body: body(Input) },
      responses: {
        200: answer('What would be made, or nothing to do', Imported),
        202: answer('It is being made', Imported),
        ...problems(400, 401, 403, 409, 413, 422, 429),
      },
    }),
    async (c) => {
      const session = requireSession(c);
      const { content, source: said, on_clash, values = {}, dry_run } = c.req.valid('json');
      await limitRate(deps, `import:${session.account.id}`, IMPORT_LOOKS);
      const given = { as: 'text', content, source: said ?? null } as const;
      const read = await readAside(session.account.id, 'foreign', { given, values, document: true });
      const { source, document } = read;
      const client = insideClient(deps, app, session, c.get('clientIp'));
      const fitted = await fitAccount(deps, session.account, read, await readServer(client), on_clash, !dry_run);
      const told = { source, document, losses: fitted.losses, plan: importCounts(fitted), needed: fitted.needed };
      if (dry_run || fitted.plan.steps.length === 0) return c.json({ ...told, job: null }, 200);
      const job = jobs.startApply(session.account.id, session.user.email, client, fitted.plan);
      return c.json({ ...told, job: jobAnswer(job) }, 202);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/import',
      tags: ['Import'],
      summary: 'How far an import is',
      description: 'The one that runs, or the last one since the server was started. Settings files count too.',
      middleware: guard('read'),
      responses: {
        200: answer('The import, or null', z.object({ job: z.union([JobAnswer, z.null()]) })),
        ...problems(401, 403),
      },
    }),
    (c) => {
      const job = jobs.find(requireSession(c).account.id);
      return c.json({ job: job && jobAnswer(job) }, 200);
    },
  );
  return api;
}

function jobAnswer({ startedAt, total, steps, outcome, broken }: Job): z.infer<typeof JobAnswer> {
  const failed = outcome?.failed ?? null;
  const message = failed
    ? `${subject(failed.step)}: ${failed.message}`
    : broken
      ? 'Something went wrong on our side.'
      : null;
  const state = message !== null ? 'failed' : outcome === null ? 'running' : 'done';
  return { state, started_at: iso(startedAt), done: steps.length, total, message };
}
