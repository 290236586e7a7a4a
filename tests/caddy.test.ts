import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, BlockList } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../src/config.ts';
import { type TestApp, testApp } from './support/app.ts';
import { type Caddy, startCaddy, whyNoCaddy } from './support/caddy.ts';
import { pieces, type RecordServer, serveRecords } from './support/records.ts';
import { type World, world } from './support/world.ts';

const HOST = 'status.acme.test';
const OURS = 'app.statusping.test';
const absent = whyNoCaddy();

if (absent !== null) {
  test(`Caddy was not tried: ${absent}`, () => {
    process.stderr.write(`custom domains were not tried behind Caddy: ${absent}\n`);
    expect(absent).toMatch(/Caddy/);
  });
}

describe.skipIf(absent !== null)('Caddy, set up as the documentation says', () => {
  let it: TestApp;
  let w: World;
  let dns: RecordServer;
  let server: Server;
  let caddy: Caddy;

  beforeAll(async () => {
    const records = new Map<string, Buffer[]>();
    dns = await serveRecords((name, type) => records.get(`${type} ${name}`) ?? 'nxdomain');
    const trustedProxies = new BlockList();
    trustedProxies.addAddress('127.0.0.1');
    it = await testApp({ config: { baseUrl: `https://${OURS}`, trustedProxies } });
    it.deps.outbound.resolvers = [dns.address];
    w = await world(it, { plan: 'business' });
    const [page] = await it.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${w.alice.accountId}`,
    );
    const api = `/api/status-pages/${page?.id ?? ''}/domain`;
    const named = (await (await w.alice.browser.json('PUT', api, { host: HOST })).json()) as {
      proof: { name: string; txt: string };
    };
    records.set(`TXT ${named.proof.name}`, [pieces(named.proof.txt)]);
    const verified = await w.alice.browser.json('POST', `${api}/verify`);
    expect(await verified.json()).toMatchObject({ state: 'verified' });

    server = serve({ fetch: it.app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const documented = readFileSync(join(ROOT, 'views/docs/custom-domains.md'), 'utf8');
    const caddyfile = /```caddyfile\n([\s\S]*?)```/.exec(documented)?.[1] ?? '';
    expect(caddyfile).toContain('127.0.0.1:8000');
    const { port } = server.address() as AddressInfo;
    caddy = await startCaddy(caddyfile.replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`));
  });

  afterAll(async () => {
    await caddy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await it.close();
    await dns.close();
  });

  interface Answer {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    text: string;
  }

  /** A browser that trusts Caddy's authority alone. */
  function open(host: string, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const at = {
        host: '127.0.0.1',
        port: caddy.port,
        servername: host,
        path,
        ca: caddy.authority(),
        agent: false as const,
      };
      const asked = request({ ...at, headers: { host, ...headers } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      asked.on('error', reject).end();
    });
  }

  test('serves the page over https on its own host, with a certificate for it', async () => {
    const { status, headers, text } = await open(HOST);
    expect(status).toBe(200);
    expect(text).toContain(`<link rel="canonical" href="https://${HOST}">`);
    expect(headers['set-cookie']).toBeUndefined();
    const script = /src="(\/assets\/[^"]+)"/.exec(text)?.[1] ?? '';
    expect((await open(HOST, script)).status).toBe(200);
    expect((await open(HOST, '/api/v2/status.json')).status).toBe(200);
    expect((await open(HOST, '/login')).status).toBe(404);
    expect((await open(HOST, '/dashboard', { 'x-forwarded-host': OURS })).status).toBe(404);
  });

  test('serves the product on ours', async () => {
    const { status, headers } = await open(OURS, '/login');
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBeDefined();
  });

  test('gets no certificate for a name that nobody has proven', async () => {
    await expect(open('other.acme.test')).rejects.toThrow(/alert|EPROTO|ECONNRESET|disconnected/i);
  });

  test('does not tell visitors what it asks', async () => {
    expect((await open(OURS, `/api/caddy/ask?domain=${HOST}`)).status).toBe(404);
  });
});
