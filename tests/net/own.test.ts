import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { systemClock } from '../../src/core/time.ts';
import { type Outbound, refuseOwn } from '../../src/net/guard.ts';
import { testApp } from '../support/app.ts';

const own = { host: 'status.example', port: 8000, id: 'abc123' };
const hosted: Outbound = { allowPrivate: false, resolvers: [], own };
const mine = Object.values(networkInterfaces()).flatMap((list) => list ?? [])[0]?.address ?? '127.0.0.1';

describe('this installation itself', () => {
  test.each([
    ['status.example', 443],
    ['Status.Example.', 9999],
    ['status.example', null],
    [mine, 8000],
    [mine, 443],
  ])('%s on port %s is refused', (host, port) => expect(refuseOwn(host, port, hosted)).toMatch(/itself/));

  test.each([
    ['www.status.example', 443],
    ['status.example.org', 443],
    [mine, 5432],
    ['8.8.8.8', 8000],
  ])('%s on port %s is somebody else', (host, port) => expect(refuseOwn(host, port, hosted)).toBeNull());

  test('may be watched by an operator who allows private targets', () => {
    expect(refuseOwn('status.example', 443, { ...hosted, allowPrivate: true })).toBeNull();
  });

  test.each(['http', 'tcp', 'ping', 'smtp', 'ssl'] as const)(
    'is blocked for %s before a name is looked up',
    async (kind) => {
      const target = { http: 'https://status.example/', tcp: 'status.example:80', ping: 'status.example' };
      const verdict = await CHECKS[kind].run(
        { ...target, smtp: 'status.example', ssl: 'status.example' }[kind],
        {},
        {
          clock: systemClock,
          outbound: hosted,
          timeoutMs: 500,
          signal: new AbortController().signal,
        },
      );
      expect(verdict).toMatchObject({
        status: 'blocked',
        reason: 'target_blocked',
        message: expect.stringMatching(/itself/),
      });
    },
  );
});

test('a check that reaches us by another name is known by its mark and answered 508', async () => {
  const it = await testApp();
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers['x-statusping-check'] as string | undefined);
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    await CHECKS.http.run(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      {},
      {
        clock: systemClock,
        outbound: { allowPrivate: true, resolvers: [], own },
        timeoutMs: 2_000,
        signal: new AbortController().signal,
      },
    );
    expect(seen).toEqual([own.id]);
    const ask = (mark: string) => it.app.request('/api/health', { headers: { 'X-StatusPing-Check': mark } });
    Object.assign(it.deps.outbound, { own, allowPrivate: false });
    expect((await ask(own.id)).status).toBe(508);
    expect((await ask(`other, ${own.id}`)).status).toBe(508);
    expect((await ask('another installation')).status).toBe(200);
    Object.assign(it.deps.outbound, { allowPrivate: true });
    expect((await ask(own.id)).status).toBe(200);
  } finally {
    server.close();
    await it.close();
  }
});
