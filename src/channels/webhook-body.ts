import { type AlertEvent, type AlertMessage, alertWords } from '../core/alert.ts';
import { iso, SECOND } from '../core/time.ts';
import type { Parcel, Told } from './channel.ts';

/** A body of merged alerts stays below this, whatever their names are. */
const MOST_BYTES = 1_000_000;

/** What is told of one alert, or of several together, under the names that receivers know. */
export interface Facts {
  id: string;
  event: AlertEvent;
  monitor: string;
  type: string;
  target: string;
  details: string;
  timestamp: string;
  monitor_id: string | null;
  incident_id: string | null;
  status: 'up' | 'down' | 'degraded';
  reason: string | null;
  started_at: string;
  resolved_at: string | null;
  duration_seconds: number | null;
  url: string;
  acknowledge_url: string | null;
}

/** The facts of a message: those of its alert, or of the worst of several. */
export function factsOf(parcel: Parcel, baseUrl: string): Facts {
  const { id, createdAt, now, alerts, words, link, acknowledge } = parcel;
  const worst = worstOf(alerts);
  const facts = { ...factsOfOne(worst, now, baseUrl), acknowledge_url: acknowledge };
  if (alerts.length === 1) return { ...facts, id };
  const more = new Set(alerts.map(storyOf)).size - 1;
  return {
    ...facts,
    id,
    monitor: more > 0 ? `${facts.monitor} and ${more} more` : facts.monitor,
    details: words.headline,
    timestamp: iso(createdAt),
    monitor_id: null,
    incident_id: null,
    duration_seconds: null,
    url: link,
  };
}

/** The body as receivers have it by default. Names of people go in as they are: the serialiser keeps them in their strings. */
export function plainBody(parcel: Parcel, baseUrl: string): string {
  const { alerts, now } = parcel;
  const facts = factsOf(parcel, baseUrl);
  if (alerts.length === 1) return JSON.stringify(facts);
  const all = alerts.map((told) => factsOfOne(told, now, baseUrl));
  const whole = JSON.stringify({ ...facts, alerts: all });
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const short = { monitor: '', target: '', details: '' };
  const bare = JSON.stringify({ ...facts, ...short, alerts: all.map((one) => ({ ...one, ...short })) });
  const each = Math.floor((MOST_BYTES - Buffer.byteLength(bare)) / (3 * (all.length + 1)));
  const cut = (one: Facts): Facts => ({
    ...one,
    monitor: within(one.monitor, each),
    target: within(one.target, each),
    details: within(one.details, each),
  });
  return JSON.stringify({ ...cut(facts), alerts: all.map(cut) });
}

/**
 * The body that Uptime Kuma sends, for receivers that were made for it. Only an incident has a heartbeat; of merged
 * alerts it is that of the worst, and `msg` names all.
 */
export function kumaBody(parcel: Parcel, baseUrl: string): string {
  const { alerts, words, now } = parcel;
  const { monitor, event, details, status } = factsOf(parcel, baseUrl);
  const { alert } = worstOf(alerts);
  const mark = status === 'up' ? '✅ Up' : status === 'down' ? '🔴 Down' : `⚠️ ${words.badge}`;
  const lines = words.entries.map(({ badge, name, text }) => `[${name}] [${badge}] ${text}`);
  const msg = alerts.length > 1 ? [words.headline, ...lines].join('\n') : `[${monitor}] [${mark}] ${details}`;
  if (event === 'test' || alert.incident === null) {
    return JSON.stringify({ heartbeat: null, monitor: null, msg: event === 'test' ? words.headline : msg });
  }
  const { resolvedAt, startedAt } = alert.incident;
  const time = new Date(resolvedAt ?? startedAt).toISOString().slice(0, 23).replace('T', ' ');
  const lasted = event === 'up' || event === 'degraded' ? (resolvedAt ?? now) - startedAt : 0;
  const isSite = /^https?:/i.test(alert.monitor.target);
  return JSON.stringify({
    heartbeat: {
      monitorID: alert.monitor.id,
      status: status === 'up' || (event === 'degraded' && resolvedAt !== null) ? 1 : 0,
      time,
      msg: alert.incident.message,
      ping: null,
      important: true,
      duration: Math.round(lasted / SECOND),
      timezone: 'UTC',
      timezoneOffset: '+00:00',
      localDateTime: time.slice(0, 19),
    },
    monitor: {
      id: alert.monitor.id,
      name: alert.monitor.name,
      type: alert.monitor.kind,
      url: isSite ? alert.monitor.target : null,
      hostname: isSite ? null : alert.monitor.target,
      active: true,
    },
    msg,
  });
}

function factsOfOne({ id, alert, createdAt }: Told, now: number, baseUrl: string): Facts {
  const { event, monitor, incident } = alert;
  const words = alertWords(alert, createdAt, now);
  const resolvedAt = incident?.resolvedAt ?? null;
  const told = incident
    ? { details: incident.message, reason: incident.reason, started_at: iso(incident.startedAt) }
    : {
        details: alert.expiry?.note ?? words.headline,
        reason: event === 'ssl_expiring' ? 'certificate_expiring' : 'domain_expiring',
        started_at: iso(createdAt),
      };
  return {
    id,
    event,
    monitor: monitor.name,
    type: monitor.kind,
    target: monitor.target,
    details: told.details,
    timestamp: iso(createdAt),
    monitor_id: monitor.id || null,
    incident_id: incident?.id || null,
    status: statusOf(alert),
    reason: event === 'test' ? null : told.reason,
    started_at: told.started_at,
    resolved_at: iso(resolvedAt),
    duration_seconds: incident && resolvedAt !== null ? Math.round((resolvedAt - incident.startedAt) / SECOND) : null,
    url: `${baseUrl}${words.path}`,
    acknowledge_url: null,
  };
}

const RANK: Record<AlertEvent, number> = {
  down: 0,
  reminder: 1,
  acknowledged: 2,
  degraded: 3,
  ssl_expiring: 4,
  domain_expiring: 5,
  up: 6,
  test: 7,
};

/** The worst of what is still true: of one incident only the last alert counts. */
function worstOf(alerts: Parcel['alerts']): Told {
  const last = new Map(alerts.map((told) => [storyOf(told), told]));
  return [...last.values()].reduce((worst, told) => (rank(told) < rank(worst) ? told : worst));
}

function rank({ alert }: Told): number {
  return RANK[alert.event];
}

function storyOf({ alert }: Told): string {
  return alert.incident ? alert.incident.id : alert.expiry.subject;
}

/** The state the monitor is in by this message. */
function statusOf({ event }: AlertMessage): Facts['status'] {
  if (event === 'up' || event === 'test') return 'up';
  return event === 'down' || event === 'reminder' || event === 'acknowledged' ? 'down' : 'degraded';
}

/** The beginning of a text that takes at most so many bytes in JSON. */
function within(text: string, most: number): string {
  let room = most;
  let kept = '';
  for (const character of text) {
    room -= Buffer.byteLength(JSON.stringify(character)) - 2;
    if (room < 0) break;
    kept += character;
  }
  return kept;
}
