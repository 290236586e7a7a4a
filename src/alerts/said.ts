import type { Parcel } from '../channels/channel.ts';
import { webhook, webhookConfig } from '../channels/webhook.ts';
import { kumaBody, plainBody } from '../channels/webhook-body.ts';
import { renderTemplate } from '../channels/webhook-template.ts';
import { type AlertWords, alertMessage } from '../core/alert.ts';
import { MASK } from '../core/secrets.ts';
import type { Deps } from '../deps.ts';
import { parcelOf } from '../engine/outbox-batch.ts';
import type { DeliveryRow } from './log-queries.ts';

/** A message as it was said, or will be: its words, and for a webhook the body of the request. */
export interface Said {
  /** Null for what tells a program of a change: that has nothing but a body. */
  words: AlertWords | null;
  body: string | null;
}

interface Part {
  id: string;
  payload: unknown;
  created_at: number;
}

/**
 * What a delivery says, from the alerts it is made of, in the form its channel has now. Null for what is not kept any
 * more. The link that acts without a log-in is a key: it is not in it.
 */
export function saidBy(
  { config, clock }: Deps,
  row: DeliveryRow,
  parts: readonly Part[],
  settings: Record<string, unknown>,
): Said | null {
  const [first, ...others] = parts;
  if (first && row.hook_id !== null) return { words: null, body: JSON.stringify(first.payload, null, 2) };
  if (!first || parts.some(({ payload }) => !alertMessage.safeParse(payload).success)) return null;
  const held = {
    id: row.batch_id ?? row.id,
    account_id: null,
    event: row.event,
    payload: first.payload,
    attempts: row.attempts,
    created_at: Math.min(...parts.map(({ created_at: at }) => at)),
    channel_id: row.channel_id,
    channel_kind: row.channel_kind,
    channel_config: settings,
    subscriber: null,
    recipient: row.recipient,
    ...(others.length > 0 ? { merged: parts } : {}),
  };
  const whole = parcelOf({ config }, held, row.sent_at ?? clock.now());
  const acknowledge = whole.acknowledge === null ? null : `${config.baseUrl}/a/${MASK}`;
  return { words: whole.words, body: bodyOf({ ...whole, acknowledge }, row, settings, config.baseUrl) };
}

/** The body of a webhook's request, without what opens doors. */
function bodyOf(parcel: Parcel, row: DeliveryRow, settings: Record<string, unknown>, baseUrl: string): string | null {
  const { data: hook } = row.channel_kind === 'webhook' ? webhookConfig.safeParse(settings) : { data: undefined };
  if (!hook) return null;
  const { format, template, content_type: type } = hook;
  if (format === 'template') {
    const keys = webhook.secrets(hook).filter((key) => key.length >= 4);
    return keys.reduce(
      (shown, key) => shown.replaceAll(key, MASK),
      renderTemplate(template ?? '', type, parcel, baseUrl),
    );
  }
  const body = format === 'kuma' ? kumaBody(parcel, baseUrl) : plainBody(parcel, baseUrl);
  return JSON.stringify(JSON.parse(body), null, 2);
}
