import { sql } from 'drizzle-orm';
import { apiTokenHint, newApiToken } from '../../src/db/api-token.ts';
import { newId, tokenHash } from '../../src/db/ids.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import type { TestApp } from './app.ts';
import type { Person } from './world.ts';

/** Kinds of things that stand in addresses and bodies. */
export type Kind =
  | 'monitor'
  | 'parent'
  | 'incident'
  | 'channel'
  | 'delivery'
  | 'maintenance'
  | 'policy'
  | 'page'
  | 'component'
  | 'group'
  | 'report'
  | 'update'
  | 'template'
  | 'subscriber'
  | 'token'
  | 'session'
  | 'passkey'
  | 'hook'
  | 'invitation'
  | 'member'
  | 'account'
  | 'rule'
  | 'undo';

/** The id of one thing of each kind. */
export type Objects = Record<Kind, string>;

/**
 * Gives the account of `owner` one of everything, with `secret` in every text that holds words, addresses or keys of
 * people, and `shown` in what its public page tells everybody. What its ids are.
 */
export async function plantObjects(test: TestApp, owner: Person, secret: string, shown: string): Promise<Objects> {
  const at = test.clock.now();
  const account = owner.accountId;
  const word = secret.toLowerCase();
  const url = `http://127.0.0.1:9/${secret}`;
  const mail = `${word}@example.org`;
  const [row] = await test.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${account} order by created_at, id limit 1`,
  );
  const page = row?.id ?? '';
  const made: Objects = {
    monitor: newId('mon'),
    parent: newId('mon'),
    incident: newId('inc'),
    channel: newId('chn'),
    delivery: newId('dlv'),
    maintenance: newId('mnt'),
    policy: newId('esc'),
    page,
    component: newId('cmp'),
    group: newId('cmp'),
    report: newId('rep'),
    update: newId('upd'),
    template: newId('tpl'),
    subscriber: newId('sub'),
    token: newId('tok'),
    session: newId('ses'),
    passkey: `key-${newId('ses').slice(4)}`,
    hook: newId('hok'),
    invitation: newId('inv'),
    member: newId('usr'),
    account,
    rule: newId('tgr'),
    undo: newId('und'),
  };
  const token = newApiToken();
  const signing = `whsec_${secret.repeat(4)}`;
  const config = JSON.stringify({ headers: { 'X-Key': secret }, body: secret, keyword: secret });
  const statements = [
    sql`update users set name = ${secret} where id = ${owner.userId}`,
    sql`update accounts set name = ${secret} where id = ${account}`,
    sql`update status_pages set title = ${shown}, description = ${shown} where id = ${page}`,
    sql`insert into users (id, email, email_key, name, password_hash, created_at)
      values (${made.member}, ${mail}, ${mail}, ${secret}, 'x', ${at})`,
    sql`insert into memberships (account_id, user_id, role, created_at)
      values (${account}, ${made.member}, 'viewer', ${at})`,
    sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at, user_agent, ip)
      values (${made.session}, ${owner.userId}, ${account}, 'browser', ${at}, ${at + HOUR}, ${secret}, ${secret})`,
    sql`insert into passkeys (id, user_id, name, public_key, counter, created_at)
      values (${made.passkey}, ${owner.userId}, ${secret}, ${secret}, 0, ${at})`,
    sql`insert into identities (issuer, subject, user_id, created_at)
      values (${url}, ${secret}, ${owner.userId}, ${at})`,
    sql`insert into api_tokens (id, account_id, user_id, name, scopes, hash, hint, created_at)
      values (${made.token}, ${account}, ${owner.userId}, ${secret}, '["read"]', ${tokenHash(token)},
        ${apiTokenHint(token)}, ${at})`,
    sql`insert into invitations (id, account_id, email, email_key, role, hash, invited_by, created_at, expires_at)
      values (${made.invitation}, ${account}, ${`to-${mail}`}, ${`to-${mail}`}, 'viewer', ${secret}, ${owner.userId},
        ${at}, ${at + DAY})`,
    sql`insert into escalation_policies (id, account_id, name, steps, created_at)
      values (${made.policy}, ${account}, ${secret}, '[]', ${at})`,
    sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, escalation_id, next_check_at, created_at)
      values (${made.monitor}, ${account}, ${secret}, 'http', ${url}, ${config}, 300, 5, 3, 1, 0,
        ${JSON.stringify([word])}, ${made.policy}, ${at}, ${at})`,
    sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, next_check_at, created_at)
      values (${made.parent}, ${account}, ${secret}, 'http', ${url}, '{}', 300, 5, 3, 1, 0, '[]', ${at}, ${at})`,
    sql`insert into monitor_states (monitor_no, phase, status, last_message, last_result_at)
      select no, 'up', 'up', ${secret}, ${at} from monitors where id = ${made.monitor}`,
    sql`insert into result_details (monitor_no, at, location, good, message, evidence)
      select no, ${Math.floor(at / 1_000)}, 0, 0, ${secret}, ${secret} from monitors where id = ${made.monitor}`,
    sql`insert into results (monitor_no, at, location, outcome)
      select no, ${Math.floor(at / 1_000)}, 0, 0 from monitors where id = ${made.monitor}`,
    sql`insert into certificates (monitor_no, host, fingerprint, key_fingerprint, subject, issuer, sans, not_before,
        not_after, first_seen_at, last_seen_at)
      select no, ${word}, ${secret}, ${secret}, ${secret}, ${secret}, ${JSON.stringify([word])}, ${at - DAY},
        ${at + 9 * DAY}, ${at}, ${at} from monitors where id = ${made.monitor}`,
    sql`insert into heartbeats (monitor_no, token, created_at)
      select no, ${secret}, ${at} from monitors where id = ${made.monitor}`,
    sql`insert into heartbeat_pings (monitor_no, at, kind, body, source_ip, user_agent)
      select no, ${at}, 'success', ${secret}, ${secret}, ${secret} from monitors where id = ${made.monitor}`,
    sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
      select ${made.incident}, ${account}, no, 'connect_refused', ${secret}, ${at}, ${at}
      from monitors where id = ${made.monitor}`,
    sql`insert into incident_events (incident_id, at, kind, text) values (${made.incident}, ${at}, 'note', ${secret})`,
    sql`insert into channels (id, account_id, kind, name, config, last_error, created_at)
      values (${made.channel}, ${account}, 'webhook', ${secret}, ${JSON.stringify({ url, secret: signing })}, ${secret}, ${at})`,
    sql`insert into monitor_channels (monitor_no, channel_id)
      select no, ${made.channel} from monitors where id = ${made.monitor}`,
    sql`insert into deliveries (id, account_id, channel_id, lane, incident_id, event, dedup_key, payload, state,
        recipient, last_error, answer, created_at)
      values (${made.delivery}, ${account}, ${made.channel}, ${made.channel}, ${made.incident}, 'down',
        ${made.delivery}, ${JSON.stringify({ note: secret })}, 'dead', ${mail}, ${secret}, ${secret}, ${at})`,
    sql`insert into change_hooks (id, account_id, name, url, secret, enabled, last_error, created_at)
      values (${made.hook}, ${account}, ${secret}, ${url}, ${signing}, 1, ${secret}, ${at})`,
    sql`insert into maintenance_windows (id, account_id, title, body, timezone, starts_at, ends_at, current_starts_at,
        current_ends_at, created_at)
      values (${made.maintenance}, ${account}, ${secret}, ${secret}, 'UTC', ${at}, ${at + HOUR}, ${at}, ${at + HOUR},
        ${at})`,
    sql`insert into maintenance_monitors (window_id, monitor_no)
      select ${made.maintenance}, no from monitors where id = ${made.monitor}`,
    sql`insert into components (id, page_id, kind, name, description, manual_status, position)
      values (${made.component}, ${page}, 'manual', ${shown}, ${shown}, 'operational', 5)`,
    sql`insert into components (id, page_id, kind, name, position) values (${made.group}, ${page}, 'group', ${shown}, 6)`,
    sql`insert into components (id, page_id, kind, name, description, members_only, manual_status, position)
      values (${newId('cmp')}, ${page}, 'manual', ${secret}, ${secret}, 1, 'operational', 7)`,
    sql`insert into status_reports (id, page_id, title, impact, status, started_at, created_at, updated_at)
      values (${made.report}, ${page}, ${secret}, 'minor', 'investigating', ${at}, ${at}, ${at})`,
    sql`insert into status_report_updates (id, report_id, status, body, at)
      values (${made.update}, ${made.report}, 'investigating', ${secret}, ${at})`,
    sql`insert into status_report_templates (id, account_id, name, title, body, impact, created_at)
      values (${made.template}, ${account}, ${secret}, ${secret}, ${secret}, 'minor', ${at})`,
    sql`insert into subscribers (id, page_id, kind, target, target_key, secret, confirmed_at, created_at)
      values (${made.subscriber}, ${page}, 'email', ${`reader-${mail}`}, ${`reader-${mail}`}, ${secret}, ${at}, ${at})`,
    sql`insert into page_domains (host, page_id, token, created_at)
      values (${`${word}.invalid`}, ${page}, ${secret}, ${at})`,
    sql`insert into tag_rules (id, account_id, tag, settings, position)
      values (${made.rule}, ${account}, ${word}, '{"interval_seconds":600}', 1)`,
    sql`insert into undos (id, account_id, user_id, what, before, expires_at)
      values (${made.undo}, ${account}, ${owner.userId}, ${secret}, '{"monitors":[]}', ${at + HOUR})`,
    sql`insert into report_subscriptions (account_id, user_id, period, timezone, next_at)
      values (${account}, ${owner.userId}, 'week', 'UTC', ${at + DAY})`,
    sql`insert into audit_log (account_id, user_id, at, action, subject, detail, changes, via, ip)
      values (${account}, ${owner.userId}, ${at}, 'monitor.changed', ${made.monitor}, ${JSON.stringify({ name: secret })},
        ${JSON.stringify({ name: ['x', secret] })}, 'page', ${secret})`,
    sql`insert into subscriptions (account_id, customer_id) values (${account}, ${secret})`,
  ];
  await test.deps.db.write('plant', async (tx) => {
    for (const statement of statements) await tx.run(statement);
  });
  return made;
}

/** What stands for a part of an address, by the part before it. */
const BEFORE: Record<string, Kind> = {
  monitors: 'monitor',
  incidents: 'incident',
  channels: 'channel',
  deliveries: 'delivery',
  maintenance: 'maintenance',
  escalations: 'policy',
  'escalation-policies': 'policy',
  'status-pages': 'page',
  components: 'component',
  reports: 'report',
  updates: 'update',
  'report-templates': 'template',
  subscribers: 'subscriber',
  tokens: 'token',
  sessions: 'session',
  passkeys: 'passkey',
  webhooks: 'hook',
  invitations: 'invitation',
  members: 'member',
  accounts: 'account',
  rules: 'rule',
  'tag-rules': 'rule',
  undo: 'undo',
  undos: 'undo',
};
/** Parts that name nothing of anybody. */
const WORDS: Record<string, string> = { picture: 'logo' };

/** The kinds that an address names, first to last; throws for a part whose kind is not known here. */
export function kindsIn(pattern: string): Kind[] {
  const parts = pattern.split('/');
  return parts.flatMap((part, i) => {
    if (!part.startsWith(':') || part.slice(1) in WORDS) return [];
    const kind = BEFORE[parts[i - 1] ?? ''];
    if (!kind) throw new Error(`${pattern}: say in tenant-objects.ts what stands for ${part}`);
    return [kind];
  });
}

/** The address with the ids of `objects` in it. */
export function pathOf(pattern: string, objects: Objects): string {
  const parts = pattern.split('/');
  return parts
    .map((part, i) => {
      const [, name = '', rest = ''] = part.match(/^:(\w+)(.*)$/) ?? [];
      if (name === '') return part;
      if (name in WORDS) return `${WORDS[name]}${rest}`;
      const kind = BEFORE[parts[i - 1] ?? ''];
      return `${kind ? objects[kind] : 'unknown'}${rest.replace(/^\{.*\}/, '')}`;
    })
    .join('/');
}

/** Ids like those, of nothing. */
export function unknownLike(objects: Objects): Objects {
  const never = Object.entries(objects).map(([kind, id]) => [kind, id.replaceAll(/(?<=[_-].*)[0-9a-z]/g, '0')]);
  return Object.fromEntries(never) as Objects;
}
