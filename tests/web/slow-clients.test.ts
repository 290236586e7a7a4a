import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOnce, openPlace, type Place, type Started } from '../support/process.ts';

let place: Place;
let server: Started;
let port: number;
beforeAll(async () => {
  buildOnce();
  place = openPlace();
  server = await place.start();
  port = Number(new URL(server.url ?? '').port);
});
afterAll(() => place.close());

/** A connection that has sent this and waits; what came back collects in `said`. */
async function open(sent: string): Promise<{ socket: Socket; closed: Promise<unknown>; said: string[] }> {
  const socket = connect(port, '127.0.0.1');
  const said: string[] = [];
  socket.on('data', (chunk) => said.push(chunk.toString('latin1')));
  // A server that hangs up on half a request may reset the connection.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(sent);
  return { socket, closed, said };
}

test('a head over 16 KiB is refused', async () => {
  const { closed, said } = await open(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`);
  await closed;
  expect(said.join('')).toMatch(/^HTTP\/1\.1 431 /);
});

test('1,000 clients that never finish their request keep nobody waiting, and are hung up on', async () => {
  const head = 'GET /api/health HTTP/1.1\r\nHost: localhost\r\n';
  const slow = await Promise.all(Array.from({ length: 1_000 }, () => open(head)));
  for (let i = 0; i < 5; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`);
    expect(answer.status).toBe(200);
    await answer.text();
  }
  await Promise.all(slow.map(({ closed }) => closed));
  expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(200);
});
