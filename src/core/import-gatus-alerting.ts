import { type Draft, isObject, scalarText, textMap } from './import-draft.ts';
import { Sheet } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

/** A channel for each kind of alert, and what alerts of the kind say unless they say it themselves. */
export type Alerting = ReadonlyMap<string, { key: string | null; preset: Record<string, unknown> }>;

const WORDING = 'Messages are worded by StatusPing.';

type Make = (sheet: Sheet) => Entry;
const byUrl =
  (kind: string): Make =>
  (sheet) => {
    const url = sheet.text('webhook-url');
    sheet.drop('title', WORDING);
    sheet.drop('message-content', WORDING);
    sheet.drop('channel', 'An incoming webhook writes to its own channel.');
    return { kind, config: { url } };
  };

const KINDS: Record<string, Make> = {
  slack: byUrl('slack'),
  mattermost: byUrl('slack'),
  discord: byUrl('discord'),
  teams: byUrl('teams'),
  'teams-workflows': byUrl('teams'),
  telegram: (sheet) => {
    const [token, chat, server] = [sheet.text('token'), sheet.text('id'), sheet.text('api-url')];
    const topic = sheet.text('topic-id');
    return {
      kind: 'telegram',
      config: {
        chat_id: chat,
        token,
        ...(topic === null ? {} : { message_thread_id: topic }),
        ...(server === null || server === 'https://api.telegram.org' ? {} : { api_url: server }),
      },
    };
  },
  email: (sheet) => {
    const to = (sheet.text('to') ?? '').split(',').map((one) => one.trim());
    const [host, port, from] = [sheet.text('host'), sheet.number('port'), sheet.text('from')];
    const [username, password] = [sheet.text('username'), sheet.text('password')];
    const own = {
      smtp_server: host,
      ...(port === null ? {} : { smtp_port: port }),
      from_email: from ?? '',
      // It logs in by the sender's address where only a password is given.
      ...(username === null && password === null ? {} : { username: username ?? from ?? '' }),
      ...(password === null ? {} : { password }),
    };
    return { kind: 'email', config: { to: to.filter((one) => one !== ''), ...(host === null ? {} : own) } };
  },
  pagerduty: (sheet) => ({ kind: 'pagerduty', config: { routing_key: sheet.text('integration-key') } }),
  opsgenie: (sheet) => {
    const [api_key, priority] = [sheet.text('api-key'), sheet.text('priority')];
    for (const name of ['source', 'entity-prefix', 'alias-prefix', 'tags']) sheet.drop(name, WORDING);
    return { kind: 'opsgenie', config: { api_key, ...(priority === null ? {} : { priority }) } };
  },
  ntfy: (sheet) => {
    const [topic, url, token] = [sheet.text('topic'), sheet.text('url'), sheet.text('token')];
    const priority = sheet.number('priority');
    if (priority !== null && priority < 3) sheet.lose('priority', 'Alerts have at least the usual priority, 3.');
    return {
      kind: 'ntfy',
      config: {
        topic,
        ...(url === null ? {} : { url }),
        ...(token === null ? {} : { token }),
        ...(priority === null ? {} : { priority: String(Math.max(3, priority)) }),
      },
    };
  },
  pushover: (sheet) => {
    const [token, user] = [sheet.text('application-token'), sheet.text('user-key')];
    const [sound, priority, device] = [sheet.text('sound'), sheet.number('priority'), sheet.text('device')];
    if (priority !== null && priority < 0) sheet.lose('priority', 'Alerts are not sent without a sound.');
    return {
      kind: 'pushover',
      config: {
        token,
        user,
        ...(sound === null ? {} : { sound }),
        ...(device === null ? {} : { device }),
        ...(priority === null ? {} : { priority: String(Math.max(0, priority)) }),
      },
    };
  },
  custom: (sheet) => {
    const [url, method] = [sheet.text('url'), sheet.text('method')];
    const headers = textMap(sheet.take('headers') ?? {});
    if (headers === null) sheet.lose('headers', 'They are not names and values.');
    sheet.drop('body', 'Its language is another one. The body is that of StatusPing; write it anew as a template.');
    const kept = { ...(method === null || method === 'GET' ? {} : { method }), ...(url === null ? {} : { url }) };
    if (method === null || method === 'GET')
      sheet.lose('method', 'Webhooks are called by POST, PUT or PATCH: POST it is.');
    return { kind: 'webhook', config: { ...kept, ...(headers && Object.keys(headers).length > 0 ? { headers } : {}) } };
  },
};

/** Makes a channel of each provider; what is only meant for one group is reported. */
export function alertingChannels(file: Sheet, draft: Draft): Alerting {
  const made = new Map<string, { key: string | null; preset: Record<string, unknown> }>();
  for (const provider of [...Object.keys(KINDS), ...OTHERS]) {
    const value = file.take(provider);
    if (!isObject(value)) continue;
    const sheet = new Sheet(`alerting, ${provider}`, value, draft.losses);
    const make = KINDS[provider];
    const preset = sheet.take('default-alert');
    if (!make) {
      sheet.loseAll('StatusPing has no channel of this kind.');
      made.set(provider, { key: null, preset: {} });
      continue;
    }
    const entry = make(sheet);
    sheet.drop('overrides', 'Make a channel of its own for the group.');
    sheet.drop('client', 'Messages go out in the usual way.');
    sheet.close();
    const name = `${provider.charAt(0).toUpperCase()}${provider.slice(1)}`;
    const key = draft.add('channels', { name, ...entry, is_default: false });
    made.set(provider, { key, preset: isObject(preset) ? preset : {} });
  }
  file.close({}, 'StatusPing has no channel of this kind.');
  return made;
}

/** Kinds of alert without a channel here, so that alerts that name them can say so. */
const OTHERS = ['gitlab', 'github', 'gitea', 'googlechat', 'gotify', 'jetbrainsspace', 'matrix', 'messagebird'].concat([
  'twilio',
  'zulip',
  'homeassistant',
  'incident-io',
  'ilert',
  'rocketchat',
  'signal',
  'awsses',
  'ses',
]);

/** Channels and thresholds out of the alerts of an endpoint. The thresholds of the first count for all. */
export function alertsOf(sheet: Sheet, alerting: Alerting): Entry {
  const keys: string[] = [];
  let thresholds: Entry | null = null;
  for (const value of sheet.list('alerts')) {
    const type = isObject(value) ? (scalarText(value['type']) ?? '') : '';
    const known = alerting.get(type);
    const alert = new Sheet(
      `${sheet.where}, alert "${type}"`,
      { ...known?.preset, ...(isObject(value) ? value : {}) },
      sheet.losses,
    );
    alert.skip('type');
    if (!known || known.key === null) {
      alert.loseAll(known ? 'StatusPing has no channel of this kind.' : 'There is no such provider under "alerting".');
      continue;
    }
    const off = !alert.yes('enabled', true);
    const [failures, successes] = [alert.number('failure-threshold') ?? 3, alert.number('success-threshold') ?? 2];
    const own = { failure_threshold: failures, recovery_threshold: successes };
    if (off) {
      alert.loseAll('It is switched off there.');
      continue;
    }
    if (alert.yes('send-on-resolved')) alert.skip('send-on-resolved');
    else alert.lose('send-on-resolved', 'Whoever is told that it is down is told that it is up.');
    alert.drop('description', WORDING);
    alert.drop('minimum-reminder-interval', 'Set a reminder on the monitor instead.');
    alert.drop('provider-override', 'Make a channel of its own for it.');
    alert.close();
    if (!keys.includes(known.key)) keys.push(known.key);
    if (thresholds !== null && JSON.stringify(thresholds) !== JSON.stringify(own)) {
      alert.lose('failure-threshold', 'A monitor has one threshold for all its alerts: that of the first.');
    }
    thresholds ??= own;
  }
  return { ...thresholds, channels: keys };
}
