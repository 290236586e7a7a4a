import type { Campaign, Receipt } from './kill-campaign.ts';

export interface Judgement {
  /** Facts that never arrived at a receiver. */
  lost: string[];
  /** Facts that came more than once, under different keys. */
  otherKey: string[];
  /** Incidents whose failure was told after their recovery. */
  disorder: string[];
  /** Messages that came once more with the same key, by channel. */
  copies: Record<string, number>;
}

/**
 * Compares what the incidents say with what the receivers wrote down. A recovery alone stands for both, when the failure
 * had not left yet: one combined message.
 */
export function judgeCampaign(
  { incidents, receipts }: Campaign,
  channels: readonly Receipt['channel'][] = ['mail', 'webhook', 'slack'],
): Judgement {
  const verdict: Judgement = { lost: [], otherKey: [], disorder: [], copies: {} };
  for (const channel of channels) {
    const mine = receipts.filter((receipt) => receipt.channel === channel);
    verdict.copies[channel] = copiesIn(mine);
    for (const { id, resolved } of incidents) {
      const facts = mine.flatMap((receipt) =>
        receipt.told.filter(({ incident }) => incident === id).map(({ event }) => ({ event, key: receipt.key })),
      );
      const down = facts.filter(({ event }) => event === 'down');
      const up = facts.filter(({ event }) => event === 'up');
      if (down.length === 0 && up.length === 0) verdict.lost.push(`${channel}: down of ${id}`);
      if (resolved && up.length === 0) verdict.lost.push(`${channel}: up of ${id}`);
      for (const [name, told] of [
        ['down', down],
        ['up', up],
      ] as const) {
        if (new Set(told.map(({ key }) => key)).size > 1) verdict.otherKey.push(`${channel}: ${name} of ${id}`);
      }
      const order = facts.map(({ event }) => event);
      if (order.includes('up') && order.lastIndexOf('down') > order.indexOf('up'))
        verdict.disorder.push(`${channel}: ${id}`);
    }
  }
  return verdict;
}

/** Where a format has no key, the same facts once more are a copy. */
function copiesIn(receipts: readonly Receipt[]): number {
  const seen = new Set<string>();
  let copies = 0;
  for (const { key, told } of receipts) {
    const name = key ?? JSON.stringify(told);
    if (seen.has(name)) copies += 1;
    seen.add(name);
  }
  return copies;
}
