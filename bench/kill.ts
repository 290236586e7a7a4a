import { parseArgs } from 'node:util';
import { runKillCampaign } from '../tests/support/kill-campaign.ts';
import { judgeCampaign } from '../tests/support/kill-judge.ts';

/** The kill campaign as long as wanted: `npm run campaign:kill -- --kills 500`. Exit code 1 when anything was lost or doubled. */
const { values } = parseArgs({ options: { kills: { type: 'string', default: '60' } } });
const campaign = await runKillCampaign(Number(values.kills), console.log);
const { lost, otherKey, disorder, copies } = judgeCampaign(campaign);
for (const [point, count] of Object.entries(campaign.kills)) console.log(`killed ${count} times: ${point}`);
console.log(`${campaign.incidents.length} incidents, ${campaign.receipts.length} messages, ${campaign.seconds} s`);
console.log(
  `lost ${lost.length}, second open incident ${campaign.secondOpen}, same fact under another key ${otherKey.length}`,
);
console.log(
  `out of order ${disorder.length}, copies ${JSON.stringify(copies)}, not sent ${JSON.stringify(campaign.unsent)}`,
);
for (const line of [...lost, ...otherKey, ...disorder].slice(0, 20)) console.log(`  ${line}`);
process.exit(lost.length + otherKey.length + disorder.length + campaign.secondOpen > 0 ? 1 : 0);
