import { expect, test } from 'vitest';
import { type Campaign, runKillCampaign } from '../support/kill-campaign.ts';
import { judgeCampaign } from '../support/kill-judge.ts';

// R-AL-9 and R-IN-3 on the built product: a real process, real receivers, real kills. `npm run campaign:kill -- --kills N` for more.

const KILLS = 60;

test(`${KILLS} kills: nothing lost, nothing twice beyond one copy a kill`, { timeout: 1_800_000 }, async () => {
  const campaign = await runKillCampaign(KILLS);
  const verdict = judgeCampaign(campaign);
  expect(Object.values(campaign.kills).reduce((a, b) => a + b, 0)).toBe(KILLS);
  expect(campaign.incidents.length).toBeGreaterThan(20);
  expect(campaign.incidents.filter(({ resolved }) => !resolved)).toEqual([]);
  expect(verdict.lost).toEqual([]);
  expect(verdict.otherKey).toEqual([]);
  expect(verdict.disorder).toEqual([]);
  expect(campaign.secondOpen).toBe(0);
  expect(campaign.unsent).toEqual({});
  for (const copies of Object.values(verdict.copies)) expect(copies).toBeLessThanOrEqual(KILLS);
});

test('the judge finds what is lost, doubled under another key, or out of order', () => {
  const incidents = [{ id: 'inc_1', monitor: 1, resolved: true }];
  const receipt = (event: 'down' | 'up', key: string, channel: 'mail' | 'webhook' | 'slack' = 'webhook') => ({
    channel,
    key,
    told: [{ incident: 'inc_1', event }],
    taken: true,
  });
  const judge = (receipts: Campaign['receipts']) =>
    judgeCampaign({ kills: {}, incidents, receipts, secondOpen: 0, unsent: {}, seconds: 0 }, ['webhook']);
  expect(judge([receipt('down', 'a'), receipt('up', 'b')])).toMatchObject({
    lost: [],
    otherKey: [],
    disorder: [],
    copies: { webhook: 0 },
  });
  expect(judge([receipt('up', 'b')]).lost).toEqual([]);
  expect(judge([receipt('down', 'a')]).lost).toEqual(['webhook: up of inc_1']);
  expect(judge([]).lost).toEqual(['webhook: down of inc_1', 'webhook: up of inc_1']);
  expect(judge([receipt('down', 'a'), receipt('down', 'a'), receipt('up', 'b')]).copies).toEqual({ webhook: 1 });
  expect(judge([receipt('down', 'a'), receipt('down', 'c'), receipt('up', 'b')]).otherKey).toEqual([
    'webhook: down of inc_1',
  ]);
  expect(judge([receipt('up', 'b'), receipt('down', 'a')]).disorder).toEqual(['webhook: inc_1']);
});
