import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { listCertificates, listDomains } from './certificate-queries.ts';
import { MOST } from './inventory.ts';

const time = z.iso.datetime();
const monitors = z.array(z.object({ id: z.string(), name: z.string() }));

const Inventory = z
  .object({
    certificates: z.array(
      z.object({
        host: z.string(),
        names: z.array(z.string()).openapi({ description: 'What it is good for.' }),
        subject: z.string(),
        issuer: z.string(),
        fingerprint: z.string(),
        not_before: time,
        not_after: time,
        first_seen_at: time,
        last_seen_at: time,
        monitors,
      }),
    ),
    domains: z.array(
      z.object({ name: z.string(), registrar: z.string().nullable(), expires_at: time.nullable(), monitors }),
    ),
  })
  .openapi('CertificatesAndDomains');

/** `/api/certificates`: everything of the account that ends on a known day. Mounted at `/api`. */
export function inventoryApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  api.openapi(
    createRoute({
      method: 'get',
      path: '/certificates',
      tags: ['Monitors'],
      summary: `Certificates and domains that your monitors watch, the first to end first, ${MOST} of each at most`,
      middleware: guard('read'),
      responses: { 200: answer('Both lists', Inventory), ...problems(401, 403) },
    }),
    async (c) => {
      const { id } = requireSession(c).account;
      const certificates = await listCertificates(deps.db.read, id, MOST);
      const domains = await listDomains(deps.db.read, id, MOST);
      return c.json(
        {
          certificates: certificates.map(({ sans, not_before, not_after, first_seen_at, last_seen_at, ...row }) => ({
            ...row,
            names: sans,
            not_before: iso(not_before),
            not_after: iso(not_after),
            first_seen_at: iso(first_seen_at),
            last_seen_at: iso(last_seen_at),
          })),
          domains: domains.map(({ expires_at, ...row }) => ({ ...row, expires_at: iso(expires_at) })),
        },
        200,
      );
    },
  );
  return api;
}
