import { describe, expect, test } from 'vitest';
import { chooseSeen, followSeen, GRACE_MS, type Seen, type Standing } from '../../src/billing/seen.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const NOTHING: Standing = {
  subscription_id: null,
  status: null,
  plan: null,
  period_ends_at: null,
  cancel_at_period_end: false,
  grace_until: null,
};
const seen = (more: Partial<Seen> = {}): Seen => ({
  id: 'sub_1',
  status: 'active',
  plan: 'pro',
  itemId: 'si_1',
  endsAt: NOW + 1,
  ends: false,
  createdAt: NOW,
  made: true,
  ...more,
});
/** What is kept after each of these was seen, one after the other. */
const after = (...all: (Seen | null)[]) => all.reduce((was, one) => followSeen(was, one, NOW).standing, NOTHING);

describe('which subscription counts', () => {
  test('none, when all have ended or are paid for something else', () => {
    const all = [seen({ status: 'canceled' }), seen({ status: 'incomplete_expired' }), seen({ plan: null })];
    expect(chooseSeen(all, null)).toEqual({ counts: null, extra: [] });
  });

  test('the one that is known, before another that is as good, whichever is older', () => {
    const [known, other] = [seen({ id: 'sub_known', createdAt: NOW }), seen({ id: 'sub_other', createdAt: NOW - 9 })];
    expect(chooseSeen([other, known], 'sub_known')).toEqual({ counts: known, extra: [other] });
    expect(chooseSeen([known, other], null)).toEqual({ counts: other, extra: [known] });
  });

  test.each(['past_due', 'unpaid', 'paused', 'incomplete', 'something_new'])(
    'a paid one before one that is %s',
    (status) => {
      const [known, paid] = [seen({ id: 'sub_known', status }), seen({ id: 'sub_paid' })];
      expect(chooseSeen([known, paid], 'sub_known').counts).toBe(paid);
    },
  );

  test('a known one with a price that is none of ours still counts', () => {
    expect(chooseSeen([seen({ plan: null })], 'sub_1').counts?.id).toBe('sub_1');
  });
});

describe('what follows', () => {
  test.each(['active', 'trialing'])('%s gives its plan', (status) => {
    const { standing, entitled, news } = followSeen(NOTHING, seen({ status }), NOW);
    expect([entitled, standing.plan, news]).toEqual(['pro', 'pro', 'started']);
  });

  test.each(['past_due', 'unpaid'])('%s keeps the plan for fourteen days, counted once', (status) => {
    const first = followSeen(after(seen()), seen({ status }), NOW);
    expect(first).toMatchObject({ entitled: 'pro', news: 'payment_failed' });
    expect(first.standing.grace_until).toBe(NOW + GRACE_MS);
    const later = followSeen(first.standing, seen({ status }), NOW + GRACE_MS - 1);
    expect(later).toMatchObject({ entitled: 'pro', news: null });
    expect(later.standing.grace_until).toBe(NOW + GRACE_MS);
    const over = followSeen(later.standing, seen({ status }), NOW + GRACE_MS);
    expect(over).toMatchObject({ entitled: 'free', news: 'ended' });
    // It is over for good: neither a new period of grace nor a second mail.
    const still = followSeen(over.standing, seen({ status: 'unpaid' }), NOW + 2 * GRACE_MS);
    expect(still).toMatchObject({ entitled: 'free', news: null });
    expect(followSeen(still.standing, seen(), NOW)).toMatchObject({ entitled: 'pro', news: 'paid' });
  });

  test('a larger plan chosen while a payment is owed has to be paid first', () => {
    const owing = followSeen(after(seen()), seen({ status: 'past_due', plan: 'business' }), NOW);
    expect(owing.entitled).toBe('pro');
    expect(followSeen(owing.standing, seen({ plan: 'business' }), NOW)).toMatchObject({
      entitled: 'business',
      news: 'paid',
    });
  });

  test('the end gives Free, once, and not to somebody who held nothing by it', () => {
    const ended = followSeen(after(seen()), null, NOW);
    expect(ended).toMatchObject({ entitled: 'free', news: 'ended' });
    expect(followSeen(ended.standing, null, NOW)).toMatchObject({ entitled: null, news: null });
    expect(followSeen(NOTHING, null, NOW)).toMatchObject({ entitled: null, news: null });
    const first = after(seen({ status: 'incomplete' }));
    expect(followSeen(first, null, NOW)).toMatchObject({ entitled: null, news: null });
  });

  test('a first payment that is not through begins nothing', () => {
    expect(followSeen(NOTHING, seen({ status: 'incomplete' }), NOW)).toMatchObject({ entitled: null, news: null });
    const after2 = followSeen(after(seen()), seen({ id: 'sub_2', status: 'incomplete' }), NOW);
    expect(after2).toMatchObject({ entitled: 'free', news: 'ended' });
  });

  test('paused is unpaid, and resumed gives the plan back', () => {
    const paused = followSeen(after(seen()), seen({ status: 'paused' }), NOW);
    expect(paused).toMatchObject({ entitled: 'free', news: 'ended' });
    expect(followSeen(paused.standing, seen(), NOW)).toMatchObject({ entitled: 'pro', news: 'paid' });
  });

  test('an unknown price of a known subscription leaves the plan as it is', () => {
    expect(followSeen(after(seen()), seen({ plan: null }), NOW)).toMatchObject({ entitled: 'pro', news: null });
    expect(followSeen(NOTHING, seen({ plan: null }), NOW)).toMatchObject({ entitled: null });
  });

  test('an end that is set, and taken back, is news once', () => {
    const stops = followSeen(after(seen()), seen({ ends: true }), NOW);
    expect(stops).toMatchObject({ entitled: 'pro', news: 'stops' });
    expect(followSeen(stops.standing, seen({ ends: true }), NOW).news).toBeNull();
    expect(followSeen(stops.standing, seen(), NOW).news).toBe('goes_on');
  });
});
