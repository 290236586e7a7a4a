import type { Parcel } from '../channels/channel.ts';
import { webhook, webhookConfig } from '../channels/webhook.ts';
import { kumaBody, plainBody } from '../channels/webhook-body.ts';
import { renderTemplate } from '../channels/webhook-template.ts';
import { type AlertMessage, alertMessage, type AlertWords, alertWords } from '../core/alert.ts';
import { groupWords } from '../core/alert-group.ts';
import { MASK } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';
import type { DeliveryRow } from './log-queries.ts';

/** A message as it was said, or will be: its words, and for a webhook the body of the request. */
export interface Said {
  words: AlertWords;
  body: string | null;
}

interface Part {
  id: string;
  payload: unknown;
  created_at: number;
}

/**
 * What a delivery says, from the alerts it is made of. Null for what is not kept any more. The link that acts without
 * a log-in is a key: it is not in it.
 */
export function saidBy(
  { config, clock }: Deps,
  row: DeliveryRow,
  parts: readonly Part[],
  settings: Record<string, unknown>,
): Said | null {
  const alerts = parts.flatMap(({ id, payload, created_at: createdAt }) => {
    const { data: alert } = alertMessage.safeParse(payload);
    return alert ? [{ id, createdAt, alert }] : [];
  });
  const [first, ...others] = alerts;
  if (!first || alerts.length !== parts.length) return null;
  const now = row.sent_at ?? clock.now();
  const words = others.length === 0 ? alertWords(first.alert, first.createdAt, now) : groupWords(alerts, now);
  const { data: hook } = row.channel_kind === 'webhook' ? webhookConfig.safeParse(settings) : { data: undefined };
  if (!hook) return { words, body: null };
  const parcel: Parcel = {
    id: row.batch_id ?? row.id,
    createdAt: Math.min(...alerts.map(({ createdAt }) => createdAt)),
    now,
    alerts: [first, ...others],
    words,
    link: `${config.baseUrl}${words.path}`,
    acknowledge: others.length === 0 && isOpen(first.alert) ? `${config.baseUrl}/a/${MASK}` : null,
    recipient: row.recipient,
  };
  const { format, template, content_type: type } = hook;
  if (format === 'template') {
    const text = renderTemplate(template ?? '', type, parcel, config.baseUrl);
    return { words, body: webhook.secrets(hook).reduce((shown, key) => shown.replaceAll(key, MASK), text) };
  }
  const body = format === 'kuma' ? kumaBody(parcel, config.baseUrl) : plainBody(parcel, config.baseUrl);
  return { words, body: JSON.stringify(JSON.parse(body), null, 2) };
}

function isOpen({ event, incident }: AlertMessage): boolean {
  return incident !== null && (event === 'down' || event === 'reminder');
}
