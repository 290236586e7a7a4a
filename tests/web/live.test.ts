import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeStreams } from '../../src/monitors/live.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
  // What the sign-ups said is old news to a stream that opens later than pages take to load.
  it.clock.advance(60_000);
});
afterEach(async () => {
  closeStreams();
  await it.close();
});

async function follow(person: Person) {
  const answer = await person.browser.request('/live', { headers: { accept: 'text/event-stream' } });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let heard = '';
  return {
    answer,
    /** Reads on until the text was heard; null when the stream ended before. */
    async until(text: string): Promise<string | null> {
      for (;;) {
        if (heard.includes(text)) return heard;
        const { done, value } = await reader.read();
        if (done) return null;
        heard += decoder.decode(value, { stream: true });
      }
    },
    close: () => reader.cancel(),
  };
}

const news = (accountId: string, id: string) => ({ accountId, type: 'state' as const, monitorIds: [id] });

test('a stream hears of its own account and of no other', async () => {
  const stream = await follow(w.bob);
  expect(stream.answer.headers.get('content-type')).toContain('text/event-stream');
  await stream.until('ready');
  it.deps.live.publish(news(w.mallory.accountId, 'mon_foreign'));
  it.deps.live.publish(news(w.alice.accountId, 'mon_own'));
  expect(await stream.until('mon_own')).toContain('data: {"types":["state"],"monitors":["mon_own"]}');
  expect(await stream.until('mon_own')).not.toContain('mon_foreign');
  await stream.close();
});

test('a person follows with five pages at most, and a closed one makes room', async () => {
  const streams = [];
  for (let n = 0; n < 5; n += 1) {
    const stream = await follow(w.alice);
    await stream.until('ready');
    streams.push(stream);
  }
  const sixth = await w.alice.browser.request('/live', {});
  expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '30']);
  const others = await follow(w.bob);
  await others.until('ready');
  await streams[0]?.close();
  await expect.poll(async () => (await w.alice.browser.request('/live', {})).status).toBe(200);
});

test('the end of the log-in ends the stream, at the next look a minute later', async () => {
  const stream = await follow(w.alice);
  await stream.until('ready');
  await it.deps.db.write('log out', (tx) => tx.run(sql`delete from sessions where user_id = ${w.alice.userId}`));
  it.clock.advance(61_000);
  it.deps.live.publish(news(w.alice.accountId, 'mon_secret'));
  expect(await stream.until('mon_secret')).toBeNull();
});

test('a stop ends every stream at once; strangers get none', async () => {
  const stream = await follow(w.alice);
  await stream.until('ready');
  closeStreams();
  expect(await stream.until('never')).toBeNull();
  const stranger = await it.visitor().request('/live', { headers: { accept: 'text/html' } });
  expect(stranger.status).toBe(303);
});
