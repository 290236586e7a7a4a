import { z } from 'zod';
import { oneLine } from '../core/alert.ts';
import { HOOK_DEADLINE_MS, MOST_PATIENCE_MS } from '../core/backoff.ts';
import { choice, whole } from '../core/config-values.ts';
import { SECOND } from '../core/time.ts';
import { headerOf } from '../net/http1.ts';
import { linksOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone, RetryLater, type SendContext } from './channel.ts';
import { key, keyEnd, optionalKey, otherServerField, serverAddress } from './credentials.ts';
import { pagerKey } from './pager.ts';
import { type Answer, judge, objectIn, post } from './post.ts';
import { type Script, textPages } from './text-pages.ts';

const SERVER = 'https://api.pushover.net';
const KEY = /^[A-Za-z0-9]{20,64}$/;
const EMERGENCY = 2;

/** Config of a Pushover channel. `retry` and `expire` are seconds, for alarms that ring until somebody answers. */
export const pushoverConfig = z.strictObject({
  token: key('Give the token of the application.', KEY, 'A token has 30 letters and digits.'),
  user: key('Give the key of the user or group.', KEY, 'A user or group key has 30 letters and digits.'),
  device: optionalKey(
    /^[A-Za-z0-9_,-]{1,200}$/,
    'Device names have letters, digits, hyphens and underscores; separate several by commas.',
  ),
  sound: optionalKey(/^\w{1,50}$/, 'The name of a sound, such as siren.'),
  priority: choice(['0', '1', '2'], '1'),
  retry: whole(30, 10_800, 60),
  expire: whole(30, 10_800, 3_600),
  api_url: serverAddress(SERVER),
});
export type PushoverConfig = z.infer<typeof pushoverConfig>;

/** Push messages by Pushover; an alarm that rings on is taken back when the monitor is up again. */
export const pushover: Channel<PushoverConfig> = {
  kind: 'pushover',
  label: 'Pushover',
  receiver: 'Pushover',
  feature: 'webhook',
  about: 'A push message to your devices, if you like one that rings until you answer.',
  steps: [
    'Sign in at pushover.net: your user key stands at the top of the page. For several people make a group and take its key.',
    'Choose Create an Application/API Token, call it StatusPing, and copy the token.',
    'Paste both here and send a test.',
  ],
  config: pushoverConfig,
  fields: [
    { name: 'user', label: 'User or group key', type: 'password', secret: true },
    { name: 'token', label: 'Application token', type: 'password', secret: true },
    {
      name: 'priority',
      label: 'Priority of an outage',
      type: 'select',
      options: [
        { value: '1', label: 'High: past the quiet hours of the phone' },
        { value: '2', label: 'Emergency: rings until somebody answers' },
        { value: '0', label: 'Normal' },
      ],
    },
    { name: 'retry', label: 'Emergency: ring again every', type: 'number', unit: 'seconds', advanced: true },
    { name: 'expire', label: 'Emergency: stop after', type: 'number', unit: 'seconds', advanced: true },
    {
      name: 'sound',
      label: 'Sound',
      type: 'text',
      placeholder: 'siren',
      help: 'Empty: as set on the device.',
      advanced: true,
    },
    { name: 'device', label: 'Device', type: 'text', help: 'Empty: all of them.', advanced: true },
    otherServerField(SERVER),
  ],
  place: ({ user, device, token, api_url: server }) => ({
    field: 'user',
    whole: `${server} ${token} ${user} ${device ?? ''}`,
    shown: device === null ? keyEnd(user) : `${keyEnd(user)}, ${device}`,
  }),
  secrets: ({ token, user }) => [token, user],
  merges: true,
  deadlineMs: () => HOOK_DEADLINE_MS,
  async send(parcel, config, context) {
    const pages = textPages(parcel.words, null, [], SCRIPT);
    let said = '';
    for (const [index, message] of pages.entries()) {
      const body = { ...noteOf(parcel, config, index === 0), message };
      const answer = await post(
        { url: `${config.api_url}/1/messages.json`, body, secrets: pushover.secrets(config) },
        context,
      );
      said = judgePushover(answer, parcel.now);
    }
    if (config.priority === String(EMERGENCY)) await takeBack(parcel, config, context);
    return said;
  },
};

/** Everything but the text. Only the first of several pages rings. */
function noteOf(parcel: Parcel, config: PushoverConfig, first: boolean): Record<string, unknown> {
  const { words, createdAt, alerts } = parcel;
  const [{ alert }] = alerts;
  const outage = words.tone === 'bad' && (alerts.length > 1 || alert.event === 'down' || alert.event === 'reminder');
  const priority = !first
    ? -1
    : outage
      ? Number(config.priority)
      : words.tone === 'bad'
        ? Math.min(1, Number(config.priority))
        : 0;
  // Of two links the one that acts is worth more on a phone: its page leads to the incident as well.
  const button = linksOf(parcel).findLast(({ href }) => href.length <= 512);
  return {
    token: config.token,
    user: config.user,
    title: oneLine(words.subject, 250),
    html: 1,
    priority,
    timestamp: Math.floor(createdAt / SECOND),
    ...(button ? { url: button.href, url_title: button.label } : {}),
    ...(config.device === null ? {} : { device: config.device }),
    ...(config.sound === null ? {} : { sound: config.sound }),
    ...(priority === EMERGENCY
      ? { retry: config.retry, expire: config.expire, ...(alerts.length === 1 ? { tags: pagerKey(parcel) } : {}) }
      : {}),
  };
}

/**
 * Stops what still rings about monitors that are up again. The message itself is delivered by then: when this fails,
 * the alarm ends at its own time.
 */
async function takeBack(parcel: Parcel, config: PushoverConfig, context: SendContext): Promise<void> {
  const over = parcel.alerts.filter(({ alert }) => alert.event === 'up').slice(0, 5);
  for (const { id, alert } of over) {
    const tag = encodeURIComponent(pagerKey({ id, alerts: [{ id, createdAt: parcel.createdAt, alert }] }));
    const url = `${config.api_url}/1/receipts/cancel_by_tag/${tag}.json`;
    await post({ url, body: { token: config.token }, secrets: [config.token] }, context).catch(() => null);
  }
}

/** What Pushover takes in one message. */
const SCRIPT: Script = {
  most: 1_024,
  pages: 14,
  size: ({ length }) => length,
  spell: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  bold: (text) => `<b>${text}</b>`,
};

/** 429 is a quota that begins anew at a known time; any other 4xx will not get better (Pushover's own rule). */
function judgePushover(answer: Answer, now: number): string {
  const { status, words: said } = answer;
  if (status === 429) {
    const reset = Number(headerOf(answer.headers, 'x-limit-app-reset'));
    if (reset > 0) throw new RetryLater(said, Math.min(MOST_PATIENCE_MS, Math.max(0, reset * SECOND - now)));
  } else if (status >= 400 && status < 500 && status !== 408) {
    const { token, user } = objectIn(answer);
    throw token === 'invalid' || user === 'invalid' || status === 401 || status === 403
      ? new ReceiverGone(said)
      : new PermanentFailure(said);
  }
  return judge(answer, now);
}
