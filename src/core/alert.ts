import { z } from 'zod';
import { LATE_MS } from './backoff.ts';
import { leftWords } from './expiry.ts';
import { KINDS } from './monitor.ts';
import { duration } from './time.ts';
import { REASONS } from './verdict.ts';

/** Kinds of channel that exist; `channels/registry.ts` has one module for each. */
export const CHANNEL_KINDS = [
  'email',
  'webhook',
  'slack',
  'discord',
  'teams',
  'telegram',
  'pagerduty',
  'opsgenie',
  'ntfy',
  'pushover',
  'alertmanager',
] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What is said of an incident (or of none, as a test), and of what ends on a known day. */
export const INCIDENT_EVENTS = ['down', 'up', 'reminder', 'degraded', 'acknowledged', 'test'] as const;
export const EXPIRY_EVENTS = ['ssl_expiring', 'domain_expiring'] as const;
export const ALERT_EVENTS = [...INCIDENT_EVENTS, ...EXPIRY_EVENTS] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

/** Events a channel may be told of or not; the two ends of unrest count as `degraded`. */
export const CHANNEL_EVENTS = ['down', 'up', 'degraded', 'reminder', 'ssl_expiring', 'domain_expiring'] as const;
export type ChannelEvent = (typeof CHANNEL_EVENTS)[number];

const about = {
  accountName: z.string(),
  monitor: z.object({ id: z.string(), name: z.string(), kind: z.enum(KINDS), target: z.string() }),
};

const incidentMessage = z.object({
  event: z.enum(INCIDENT_EVENTS),
  ...about,
  incident: z.object({
    id: z.string(),
    reason: z.enum(REASONS),
    message: z.string(),
    startedAt: z.number().int(),
    resolvedAt: z.number().int().nullable(),
  }),
  /** Which reminder of the incident this is, counted from one. */
  reminder: z.number().int().optional(),
  /** The step of a policy that brought it here, and after how many minutes without an acknowledgement. */
  escalation: z.object({ step: z.number().int(), minutes: z.number().int() }).optional(),
  /** Monitors behind this one that are down too, and of which nobody is told. */
  muted: z.object({ count: z.number().int() }).optional(),
  /** Who acknowledged it, for those who are told of that. */
  by: z.string().optional(),
});
export type IncidentMessage = z.infer<typeof incidentMessage>;

const expiryMessage = z.object({
  event: z.enum(EXPIRY_EVENTS),
  ...about,
  incident: z.null(),
  expiry: z.object({
    /** `cert:<fingerprint>` or `domain:<name>:<expiry>`: what is told once per threshold. */
    subject: z.string(),
    host: z.string(),
    expiresAt: z.number().int(),
    daysLeft: z.number().int(),
    /** Days of the threshold crossed; 0 is expired, -1 a certificate that changed before it was due. */
    threshold: z.number().int(),
    /** What changed, in words. */
    note: z.string().nullable(),
  }),
});
export type ExpiryMessage = z.infer<typeof expiryMessage>;

/** What happened, as it is stored in the outbox; every channel makes its own form of it. Times are epoch ms. */
export const alertMessage = z.discriminatedUnion('event', [incidentMessage, expiryMessage]);
export type AlertMessage = z.infer<typeof alertMessage>;

/** An alert in words, the same for every channel. Lines are plain text: whoever puts them into HTML escapes them. */
export interface AlertWords {
  tone: 'bad' | 'good' | 'neutral';
  /** The state in a word or two, shown beside the colour. */
  badge: string;
  subject: string;
  /** One sentence: what happened to what. */
  headline: string;
  /** Label and value, in reading order. */
  facts: { label: string; value: string }[];
  /** What was merged into one message, worst first, one line each; empty for a single alert. */
  entries: AlertEntry[];
  nextStep: string;
  linkLabel: string;
  /** Path of the page about it, to be put behind the base URL. */
  path: string;
  /** Says that the message comes long after the event, or null. */
  late: string | null;
  /** Why the reader gets it. */
  footer: string;
}

/** One alert among those that were merged. */
export interface AlertEntry {
  tone: AlertWords['tone'];
  badge: string;
  /** The monitor, or the host that something is said of. */
  name: string;
  /** Why, or how long it was down, in one line. */
  text: string;
  /** Path of the page about it. */
  path: string;
}

/** Every alert's wording. `at` is when the message was queued, `now` when it leaves: what still goes on lasts until then. */
export function alertWords(alert: AlertMessage, at: number, now: number): AlertWords {
  const name = oneLine(alert.monitor.name, 120) || 'Your monitor';
  const late = now - at > LATE_MS ? lateNote(at, now) : null;
  const footer = `Sent by StatusPing because this address receives the alerts of ${oneLine(alert.accountName, 120)}.`;
  if (alert.incident === null) return { ...expiryWords(alert, now), late, footer };
  const { id, startedAt, resolvedAt } = alert.incident;
  const base = {
    path: `/incidents/${encodeURIComponent(id)}`,
    linkLabel: 'Open the incident',
    entries: [],
    late,
    footer,
  };
  const lasted = duration((resolvedAt ?? now) - startedAt);
  const about = [
    { label: 'Monitor', value: name },
    { label: 'Address', value: oneLine(alert.monitor.target, 300) },
  ];
  const why = { label: 'Why', value: oneLine(alert.incident.message, 500) };
  const since = { label: 'Down since', value: utc(startedAt) };
  switch (alert.event) {
    case 'down':
      return {
        ...base,
        tone: 'bad',
        badge: 'Down',
        subject: `Down: ${name}`,
        headline: `${name} is down.`,
        facts: [...about, since, why, { label: 'For', value: lasted }, ...besides(alert)],
        nextStep: 'We keep checking and write again as soon as it answers.',
      };
    case 'reminder':
      return {
        ...base,
        tone: 'bad',
        badge: 'Still down',
        subject: `Still down: ${name}`,
        headline: `${name} has been down for ${lasted}.`,
        facts: [...about, since, why, { label: 'For', value: lasted }, ...besides(alert)],
        nextStep: 'We keep checking and write again as soon as it answers.',
      };
    case 'up':
      return {
        ...base,
        tone: 'good',
        badge: 'Up again',
        subject: `Up again: ${name} (down for ${lasted})`,
        headline: `${name} is up again.`,
        facts: [
          ...about,
          { label: 'Was down for', value: lasted },
          since,
          { label: 'Up since', value: utc(resolvedAt ?? at) },
          { ...why, label: 'It was' },
        ],
        nextStep: 'There is nothing you have to do. The incident page has the whole course of it.',
      };
    case 'degraded':
      return {
        ...base,
        tone: 'bad',
        badge: 'Unstable',
        subject: `Unstable: ${name}`,
        headline: `${name} keeps going down and coming back.`,
        facts: [
          ...about,
          { label: 'Now', value: resolvedAt === null ? 'Down' : 'Up' },
          { ...why, label: 'Last failure' },
        ],
        nextStep:
          'We record every failure but stay silent until it has not changed for 30 minutes. Then one message says where it came to rest.',
      };
    case 'acknowledged':
      return {
        ...base,
        tone: 'neutral',
        badge: 'Acknowledged',
        subject: `Acknowledged: ${name}`,
        headline: `Somebody takes care of ${name}.`,
        facts: [
          ...about,
          { label: 'By', value: oneLine(alert.by ?? '', 120) || 'Somebody of the account' },
          since,
          why,
        ],
        nextStep: 'Nobody is reminded of it any more. We write again as soon as it answers.',
      };
    case 'test':
      return {
        ...base,
        tone: 'neutral',
        badge: 'Test',
        subject: 'Test: this is how StatusPing writes to you',
        headline: 'This is a test. Nothing is down.',
        facts: [
          { label: 'Account', value: oneLine(alert.accountName, 120) },
          { label: 'Sent', value: utc(at) },
        ],
        nextStep: 'Alerts about your monitors will arrive just like this one.',
        linkLabel: 'Open your alert channels',
        path: '/channels',
      };
  }
}

/** What else the reader of a failure should know: why it came to them, and what lies behind it. */
function besides({ reminder, escalation, muted }: IncidentMessage): AlertWords['facts'] {
  const facts: AlertWords['facts'] = [];
  if (escalation) {
    const minutes = escalation.minutes === 1 ? 'a minute' : `${escalation.minutes} minutes`;
    const value = `Nobody acknowledged it within ${minutes} (step ${escalation.step} of the policy)`;
    facts.push({ label: 'Why you', value });
  }
  if (muted && muted.count > 0) {
    const what =
      muted.count === 1 ? '1 monitor that depends on it is' : `${muted.count} monitors that depend on it are`;
    facts.push({
      label: 'Also down',
      value: `${what} down too. No message is sent for ${muted.count === 1 ? 'it' : 'them'}.`,
    });
  }
  if (reminder !== undefined) facts.push({ label: 'Reminder', value: `Number ${reminder} of this incident` });
  return facts;
}

/** The wording about what ends on a known day. What is left is counted when the message leaves. */
function expiryWords({ event, monitor, expiry }: ExpiryMessage, now: number): Omit<AlertWords, 'late' | 'footer'> {
  const host = oneLine(expiry.host, 120);
  const short = event === 'ssl_expiring' ? `certificate of ${host}` : `domain ${host}`;
  const of = event === 'ssl_expiring' ? `The certificate of ${host}` : `The domain ${host}`;
  const facts = [
    { label: event === 'ssl_expiring' ? 'Host' : 'Domain', value: host },
    { label: 'Monitor', value: oneLine(monitor.name, 120) },
    { label: 'Ends', value: utc(expiry.expiresAt) },
  ];
  const base = { path: '/certificates', linkLabel: 'Open certificates and domains', entries: [] };
  if (expiry.threshold < 0) {
    const what = { label: 'What', value: oneLine(expiry.note ?? 'It is another one than before.', 500) };
    return {
      ...base,
      tone: 'neutral',
      badge: 'Changed',
      subject: `Certificate changed: ${host}`,
      headline: `${of} was replaced long before its end.`,
      facts: [...facts, what],
      nextStep: 'If you have renewed it, all is well. If nobody did, find out who answers for this host.',
    };
  }
  const left = leftWords(expiry.expiresAt, now);
  const over = expiry.expiresAt <= now;
  return {
    ...base,
    tone: 'bad',
    badge: over ? 'Expired' : 'Expiring',
    subject: over ? `Expired: ${short}` : `Expires soon: ${short} (${left})`,
    headline: `${of} has ${left}.`,
    facts,
    nextStep: over
      ? 'Visitors are turned away with a warning until it is renewed.'
      : 'Renew it before that day. We write again when less is left.',
  };
}

/**
 * Text from customers on one line: line breaks, NUL, other controls and the marks that turn the writing direction
 * and broken halves of characters become spaces, so that no name can start a header of its own or pose as another (R-EM-1).
 */
export function oneLine(text: string, max: number): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  // A cut between the halves of a character would leave a broken one at the end.
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** `2026-11-21 10:00:05 UTC`, for places that cannot know the reader's time zone. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function lateNote(at: number, now: number): string {
  return `This message is late: it tells of ${utc(at)}, ${duration(now - at)} ago. It could not be delivered before.`;
}
