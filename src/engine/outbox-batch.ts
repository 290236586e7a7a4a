import type { ClaimedDelivery } from '../alerts/sending-queries.ts';
import type { Parcel, Told } from '../channels/channel.ts';
import { groupWords } from '../core/alert-group.ts';
import { type AlertEvent, alertMessage, alertWords } from '../core/alert.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { signAlertLink } from './alert-link.ts';

/** How long the link that acknowledges works, counted from when its message was to leave. */
const LINK_MS = 7 * DAY;
/** What there is something to acknowledge about. */
const OPEN: readonly AlertEvent[] = ['down', 'reminder', 'degraded'];

/** A claimed message as its channel gets it. Throws when what is stored is no alert. */
export function parcelOf(deps: Pick<Deps, 'config'>, held: ClaimedDelivery, now: number): Parcel {
  const { id, created_at: createdAt, recipient } = held;
  const rows = held.merged ?? [held];
  const [first, ...rest] = rows.map((row): Told => {
    const { id: own, created_at } = row;
    return { id: own, createdAt: created_at, alert: alertMessage.parse(row.payload) };
  });
  if (!first) throw new Error('a message without an alert');
  const words = rest.length > 0 ? groupWords([first, ...rest], now) : alertWords(first.alert, first.createdAt, now);
  const acknowledge = acknowledgeLink(deps, held, [first, ...rest]);
  const link = `${deps.config.baseUrl}${words.path}`;
  return { id, createdAt, now, alerts: [first, ...rest], words, link, acknowledge, recipient };
}

/** One link for a message, whatever it tells of: merged alerts are acknowledged together. */
function acknowledgeLink(
  { config }: Pick<Deps, 'config'>,
  held: ClaimedDelivery,
  alerts: readonly Told[],
): string | null {
  const [first] = alerts.filter(({ alert }) => alert.incident !== null && OPEN.includes(alert.event));
  if (!first?.alert.incident || held.channel_id === null) return null;
  const about = alerts.length > 1 ? held.id : first.alert.incident.id;
  const link = { about, channelId: held.channel_id, expiresAt: first.createdAt + LINK_MS };
  return `${config.baseUrl}/a/${signAlertLink(config.secretKey, link)}`;
}
