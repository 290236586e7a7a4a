import { innerJson, isObject, type Losses, scalarText, textMap } from './import-draft.ts';
import { nameOf, Sheet } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

const WORDING = 'Messages are worded by StatusPing.';
const LOOKS = 'How messages look is chosen by StatusPing.';

/** A notification of Uptime Kuma as a channel; null when there is none of its kind, which is reported. */
export function kumaChannel(value: unknown, losses: Losses): Entry | null {
  const row = isObject(value) ? value : {};
  // In exports the settings are JSON in a text, in some versions' tables too.
  const config = innerJson(row['config']);
  const settings = isObject(config) ? config : {};
  const name = scalarText(row['name']) ?? scalarText(settings['name']);
  const sheet = new Sheet(`notification "${name ?? '(no name)'}"`, settings, losses);
  const outer = new Sheet(sheet.where, row, losses);
  if (!isObject(config)) {
    outer.loseAll('Its settings are not JSON.');
    return null;
  }
  const type = sheet.text('type') ?? '';
  const made = Object.hasOwn(KINDS, type) ? KINDS[type]?.(sheet) : undefined;
  if (!made) {
    outer.loseAll(`StatusPing has no channel of this kind. Its type there is "${type}".`);
    return null;
  }
  const inner = sheet.yes('isDefault');
  const isDefault = outer.yes('isDefault', outer.yes('is_default', inner));
  const active = outer.yes('active', true);
  outer.skip('id', 'name', 'config', 'userId', 'user_id');
  outer.close();
  sheet.skip('name');
  sheet.drop('applyExisting', 'A channel is added to monitors that exist by editing them.');
  sheet.close();
  return {
    name: nameOf(sheet, name, type, 80),
    ...made,
    is_default: isDefault,
    ...(active ? {} : { enabled: false }),
  };
}

type Make = (sheet: Sheet) => Entry;

const KINDS: Record<string, Make> = {
  smtp: mail,
  slack: (sheet) => {
    const url = sheet.text('slackwebhookURL');
    for (const name of ['slackusername', 'slackiconemo', 'slackrichmessage']) sheet.drop(name, LOOKS);
    sheet.drop('slackchannel', 'An incoming webhook writes to its own channel.');
    sheet.drop('slackbutton', 'The old name of the address of the installation.');
    sheet.drop('slackchannelnotify', 'Nobody is called by @channel.');
    return { kind: 'slack', config: { url } };
  },
  mattermost: (sheet) => {
    const url = sheet.text('mattermostWebhookUrl');
    for (const name of ['mattermostusername', 'mattermosticonemo', 'mattermosticonurl']) sheet.drop(name, LOOKS);
    sheet.drop('mattermostchannel', 'An incoming webhook writes to its own channel.');
    return { kind: 'slack', config: { url } };
  },
  'rocket.chat': (sheet) => {
    const url = sheet.text('rocketwebhookURL');
    for (const name of ['rocketusername', 'rocketiconemo', 'rocketbutton']) sheet.drop(name, LOOKS);
    sheet.drop('rocketchannel', 'An incoming webhook writes to its own channel.');
    return { kind: 'slack', config: { url } };
  },
  discord: (sheet) => {
    const url = sheet.text('discordWebhookUrl');
    sheet.drop('discordUsername', LOOKS);
    sheet.drop('discordPrefixMessage', WORDING);
    sheet.drop('threadId', 'Messages go to the channel, not into a thread.');
    sheet.drop('postName', 'Messages go to the channel, not into a thread.');
    sheet.drop('discordChannelType', 'Messages go to the channel, not into a thread.', 'channel');
    return { kind: 'discord', config: { url } };
  },
  telegram: (sheet) => {
    const [token, chat] = [sheet.text('telegramBotToken'), sheet.text('telegramChatID')];
    const thread = sheet.number('telegramMessageThreadID');
    const server = sheet.text('telegramServerUrl');
    sheet.drop('telegramSendSilently', 'Only recoveries can come without a sound.');
    sheet.drop('telegramProtectContent', 'Messages may be passed on.');
    sheet.drop('telegramTemplate', WORDING);
    sheet.drop('telegramUseTemplate', WORDING);
    sheet.drop('telegramTemplateParseMode', WORDING, 'plain');
    const own = server === null || server === 'https://api.telegram.org' ? {} : { api_url: server };
    const topic = thread === null ? {} : { message_thread_id: thread };
    return { kind: 'telegram', config: { chat_id: chat, token, ...topic, ...own } };
  },
  webhook: (sheet) => {
    const url = sheet.text('webhookURL');
    const type = sheet.text('webhookContentType') ?? 'json';
    const body = sheet.text('webhookCustomBody');
    if (type !== 'json') {
      sheet.lose(
        'webhookContentType',
        `"${type}" becomes JSON in Uptime Kuma's own shape; a template can say it otherwise.`,
      );
    }
    if (body !== null) sheet.lose('webhookCustomBody', 'Its language is another one. Write it anew as a template.');
    const headers = textMap(innerJson(sheet.take('webhookAdditionalHeaders')) ?? {});
    if (headers === null) sheet.lose('webhookAdditionalHeaders', 'They are not JSON of names and values.');
    sheet.skip('webhookCustomContentType');
    // The body that receivers of Uptime Kuma know already.
    return {
      kind: 'webhook',
      config: { url, format: 'kuma', ...(headers && Object.keys(headers).length > 0 ? { headers } : {}) },
    };
  },
  teams: (sheet) => ({ kind: 'teams', config: { url: sheet.text('webhookUrl') } }),
  PagerDuty: (sheet) => {
    const routing_key = sheet.text('pagerdutyIntegrationKey');
    const severity = sheet.text('pagerdutyPriority');
    sheet.drop(
      'pagerdutyIntegrationUrl',
      'The address of PagerDuty is known.',
      'https://events.pagerduty.com/v2/enqueue',
    );
    sheet.drop('pagerdutyAutoResolve', 'A recovery always resolves.', 'resolve');
    return { kind: 'pagerduty', config: { routing_key, ...(severity === null ? {} : { severity }) } };
  },
  Opsgenie: (sheet) => {
    const api_key = sheet.text('opsgenieApiKey');
    const region = sheet.text('opsgenieRegion');
    const priority = sheet.number('opsgeniePriority');
    return {
      kind: 'opsgenie',
      config: {
        api_key,
        ...(region === null ? {} : { region }),
        ...(priority === null ? {} : { priority: `P${priority}` }),
      },
    };
  },
  ntfy: (sheet) => {
    const config: Entry = { topic: sheet.text('ntfytopic') };
    const server = sheet.text('ntfyserverurl');
    if (server !== null) config['url'] = server;
    const priority = sheet.number('ntfyPriority');
    if (priority !== null) config['priority'] = String(Math.max(3, Math.round(priority)));
    if (priority !== null && priority < 3) sheet.lose('ntfyPriority', 'Alerts have at least the usual priority, 3.');
    const method = sheet.text('ntfyAuthenticationMethod');
    const [user, pass, token] = [sheet.text('ntfyusername'), sheet.text('ntfypassword'), sheet.text('ntfyaccesstoken')];
    if (method === 'accessToken' || (method === null && token !== null)) config['token'] = token;
    else if (method !== 'none' && user !== null) Object.assign(config, { username: user, password: pass });
    sheet.drop('ntfyIcon', LOOKS);
    sheet.drop('ntfyPriorityDown', 'There is one priority for all.');
    sheet.drop('ntfyCall', 'Nobody is rung up.');
    sheet.drop('ntfyUseTemplate', WORDING);
    return { kind: 'ntfy', config };
  },
  pushover: (sheet) => {
    const config: Entry = { token: sheet.text('pushoverapptoken'), user: sheet.text('pushoveruserkey') };
    const [device, sound] = [sheet.text('pushoverdevice'), sheet.text('pushoversounds')];
    if (device !== null) config['device'] = device;
    if (sound !== null) config['sound'] = sound;
    const priority = sheet.number('pushoverpriority');
    if (priority !== null) config['priority'] = String(Math.max(0, priority));
    if (priority !== null && priority < 0) sheet.lose('pushoverpriority', 'Alerts are not sent without a sound.');
    sheet.drop('pushovertitle', WORDING);
    sheet.drop('pushoversounds_up', 'There is one sound for all.');
    sheet.drop('pushoverttl', 'Messages stay until they are read.');
    return { kind: 'pushover', config };
  },
};

function mail(sheet: Sheet): Entry {
  const people = ['smtpTo', 'smtpCC', 'smtpBCC'].flatMap((name) => addresses(sheet.text(name)));
  const host = sheet.text('smtpHost');
  const [port, secure] = [sheet.number('smtpPort'), sheet.yes('smtpSecure')];
  const [username, password] = [sheet.text('smtpUsername'), sheet.text('smtpPassword')];
  const from = addresses(sheet.text('smtpFrom'))[0] ?? username;
  sheet.drop('smtpIgnoreTLSError', 'The certificate of the mail server must be right.');
  sheet.drop('smtpIgnoreSTARTTLS', 'It is used where the server has it.');
  for (const name of ['customSubject', 'customBody', 'htmlBody']) sheet.drop(name, WORDING);
  const plain = !secure && username === null && port === 25;
  return {
    kind: 'email',
    config: {
      to: [...new Set(people)],
      ...(host === null
        ? {}
        : {
            smtp_server: host,
            ...(port === null ? {} : { smtp_port: port }),
            from_email: from ?? '',
            ...(username === null ? {} : { username }),
            ...(password === null ? {} : { password }),
            ...(plain ? { use_tls: false } : {}),
          }),
    },
  };
}

/** The bare addresses of `Name <a@example.com>, b@example.com`. */
function addresses(text: string | null): string[] {
  return (text ?? '')
    .slice(0, 10_000)
    .split(/[,;]/)
    .map((one) => (/<([^<>]{1,320})>/.exec(one)?.[1] ?? one).trim())
    .filter((one) => one !== '');
}
