import { z } from '@hono/zod-openapi';
import { MONITOR_STATUSES } from '../core/monitor.ts';
import { MonitorInput } from './settings.ts';

/** Most monitors one change takes: it is one transaction, and other writers wait for it. */
export const MOST_AT_ONCE = 1_000;

const { interval_seconds, failure_threshold, remind_every_minutes, escalation_id, tags, channel_ids } =
  MonitorInput.shape;
const { public: shown, paused } = MonitorInput.shape;

const Filter = z
  .strictObject({
    status: z.enum(MONITOR_STATUSES, `Must be one of: ${MONITOR_STATUSES.join(', ')}.`).optional(),
    tag: z.string().max(40, 'A tag has at most 40 characters.').optional(),
    q: z.string().max(100, 'Use at most 100 characters.').optional(),
  })
  .openapi('MonitorFilter', { description: 'As in the list of monitors; an empty filter is all of them.' });

export const BulkChange = z
  .strictObject({
    paused,
    tags_add: tags,
    tags_remove: tags,
    channels_set: channel_ids.openapi({ description: 'These channels and no others.' }),
    channels_add: channel_ids,
    channels_remove: channel_ids,
    interval_seconds,
    failure_threshold,
    remind_every_minutes,
    escalation_id,
    public: shown,
    delete: z.literal(true, 'Only true can be said here.').optional().openapi({
      description: 'With their results and for good: there is no undo. Nothing else can be changed with it.',
    }),
  })
  .check(({ value, issues }) => {
    const said = Object.entries(value).filter(([, one]) => one !== undefined);
    const refuse = (path: string[], message: string) => issues.push({ code: 'custom', input: value, path, message });
    if (said.length === 0) refuse([], 'Say what to change.');
    if (value.delete && said.length > 1) refuse(['delete'], 'What is deleted cannot be changed as well.');
    if (value.channels_set && (value.channels_add || value.channels_remove)) {
      refuse(['channels_set'], 'Say either which channels they are, or which to add and remove.');
    }
    for (const [add, remove] of [
      ['tags_add', 'tags_remove'],
      ['channels_add', 'channels_remove'],
    ] as const) {
      const both = value[add]?.find((one) => value[remove]?.includes(one));
      if (both !== undefined) refuse([remove], `"${both}" cannot be added and removed at once.`);
    }
  })
  .openapi('BulkChange', { example: { tags_add: ['shop'], interval_seconds: 300 } });
export type BulkChange = z.infer<typeof BulkChange>;

export const BulkInput = z
  .strictObject({
    ids: z
      .array(z.string().max(60, 'This is no id of ours.'))
      .max(MOST_AT_ONCE, `Name at most ${MOST_AT_ONCE} monitors at once.`)
      .transform((ids) => [...new Set(ids)])
      .optional(),
    filter: Filter.optional(),
    change: BulkChange,
    dry_run: z.boolean().optional().openapi({ description: 'Say what would change, and change nothing.' }),
  })
  .check(({ value, issues }) => {
    if ((value.ids === undefined) !== (value.filter === undefined)) return;
    issues.push({ code: 'custom', input: value, path: ['ids'], message: 'Give either ids or a filter.' });
  })
  .openapi('BulkInput', { example: { filter: { tag: 'shop' }, change: { interval_seconds: 300 }, dry_run: true } });
export type BulkInput = z.infer<typeof BulkInput>;

/** Which monitors: those named, or those that match. */
export type Choice = Pick<BulkInput, 'ids' | 'filter'>;
