import { listPolicies } from '../alerts/escalation-queries.ts';
import { CHECKS } from '../checks/registry.ts';
import type { Kind } from '../core/monitor.ts';
import { PLAN, type Plan } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import { ownChannelIds } from './channel-queries.ts';
import { RuleSettings } from './rule-input.ts';
import { listRules } from './rule-queries.ts';

/** What rules give a new monitor, and the tag whose rule each value is from. */
export interface Given {
  settings: RuleSettings;
  from: Partial<Record<keyof RuleSettings, string>>;
}

/** What a monitor with these tags is, as far as its maker says it. */
interface Maker {
  kind: Kind;
  plan: Plan;
  tags: readonly string[];
  /** How long a check may take: no interval may be shorter. */
  timeoutSeconds: number;
}

/**
 * What the account's rules give a new monitor where its maker says nothing: the first rule that names a field wins.
 * Channels and policies that are gone do not count, an interval is lifted to what the plan allows, and one the kind
 * cannot have is left out.
 */
export async function givenByRules(db: Db | Tx, accountId: string, maker: Maker): Promise<Given> {
  const given: Given = { settings: {}, from: {} };
  if (maker.tags.length === 0) return given;
  for (const rule of await listRules(db, accountId)) {
    if (!maker.tags.includes(rule.tag)) continue;
    const said = await fitting(db, accountId, RuleSettings.parse(rule.settings), maker);
    for (const [field, value] of Object.entries(said)) {
      if (value === undefined || field in given.settings) continue;
      Object.assign(given.settings, { [field]: value });
      given.from[field as keyof RuleSettings] = rule.tag;
    }
  }
  return given;
}

async function fitting(db: Db | Tx, accountId: string, said: RuleSettings, maker: Maker): Promise<RuleSettings> {
  const { channel_ids: channels, escalation_id: policy, interval_seconds: interval, ...rest } = said;
  const fit: RuleSettings = { ...rest };
  if (channels) {
    const own = await ownChannelIds(db, accountId, channels);
    if (own.length > 0 || channels.length === 0) fit.channel_ids = channels.filter((id) => own.includes(id));
  }
  if (policy === null || (policy && (await listPolicies(db, accountId)).some(({ id }) => id === policy))) {
    fit.escalation_id = policy;
  }
  const seconds = interval && Math.max(interval, PLAN[maker.plan].interval);
  if (seconds && canBeCheckedEvery(seconds, maker)) fit.interval_seconds = seconds;
  return fit;
}

/** The interval of a heartbeat says when its job reports, which no tag knows. */
function canBeCheckedEvery(seconds: number, { kind, timeoutSeconds }: Maker): boolean {
  const check = CHECKS[kind];
  return check.needs !== 'heartbeat' && seconds <= check.longestIntervalSeconds && seconds >= timeoutSeconds;
}
