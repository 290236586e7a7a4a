import { afterEach, describe, expect, test } from 'vitest';
import { PermanentFailure, ReceiverGone, RetryLater } from '../../src/channels/channel.ts';
import { type Answer, judge, objectIn, post, retryAfter } from '../../src/channels/post.ts';
import { HOUR, MINUTE, SECOND, systemClock } from '../../src/core/time.ts';
import { type Provider, type Reply, startProvider } from '../support/providers.ts';

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
let there: Provider | null = null;

afterEach(async () => {
  await there?.close();
  there = null;
});

async function answerTo(reply: Reply, secrets: string[] = []): Promise<Answer> {
  const provider = await startProvider(reply);
  there = provider;
  const context = {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [] },
    signal: AbortSignal.timeout(60_000),
  };
  return post({ url: `${provider.url}/x`, body: { a: 1 }, secrets }, context);
}

describe('an answer', () => {
  test('is read up to 64 KiB, and 500 characters of it are shown', async () => {
    const answer = await answerTo({ status: 200, body: 'x'.repeat(200_000) });
    expect(answer.text).toHaveLength(64 * 1024);
    expect(answer.words.length).toBeLessThanOrEqual(520);
    expect(judge(answer, NOW)).toBe(answer.words);
  });

  test('is one line, and says what it has', async () => {
    expect((await answerTo({ status: 200, body: 'a\r\n\u0000b\u202ec' })).words).toBe('200 OK: a b c');
    await there?.close();
    expect((await answerTo({ status: 204 })).words).toBe('204 No Content');
  });

  test('does not show secrets, in no spelling and not in pieces', async () => {
    const secret = 'whsec_ab/cd+ef==';
    const said = [secret, JSON.stringify({ secret }).replaceAll('/', '\\/'), encodeURIComponent(secret)].join(' ');
    const { words } = await answerTo({ status: 200, body: said }, ['ab/cd+', secret]);
    expect(words).toBe('200 OK: ******** {"secret":"********"} ********');
  });
});

test.each<[string | null, number | null]>([
  [null, null],
  ['', null],
  ['soon', null],
  ['-5', 0],
  ['0', 0],
  ['120', 120 * SECOND],
  [' 7 ', 7 * SECOND],
  ['Sat, 21 Nov 2026 10:01:00 GMT', MINUTE],
  ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(retryAfter(value, NOW)).toBe(ms);
});

describe('judged by its status', () => {
  const answer = (status: number): Answer => ({ status, headers: [], text: '', words: String(status) });
  const failure = (one: Answer): unknown => {
    try {
      return judge(one, NOW);
    } catch (error) {
      return error;
    }
  };

  test.each([200, 201, 202, 204, 299])('%i is delivered', (status) => {
    expect(judge(answer(status), NOW)).toBe(String(status));
  });

  test.each([404, 410])('%i is gone', (status) => expect(failure(answer(status))).toBeInstanceOf(ReceiverGone));

  test.each([301, 302, 307, 400, 401, 403, 408, 418, 429, 500, 502, 503])('%i is tried again', (status) => {
    expect(failure(answer(status))).toBeInstanceOf(Error);
    expect(failure(answer(status))).not.toBeInstanceOf(PermanentFailure);
  });
});

test('patience is asked for in seconds or by the hour', async () => {
  const asked = await answerTo({ status: 503, headers: { 'retry-after': '3600' } });
  expect(() => judge(asked, NOW)).toThrow(RetryLater);
  try {
    judge(asked, NOW);
  } catch (error) {
    expect((error as RetryLater).afterMs).toBe(HOUR);
  }
});

test.each([
  ['{"a":1}', { a: 1 }],
  ['null', {}],
  ['"text"', {}],
  ['<html>', {}],
  ['', {}],
])('the object in %j', (text, value) => {
  expect(objectIn({ text })).toEqual(value);
});
