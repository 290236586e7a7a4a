import { z } from 'zod';
import { MONITOR_STATUSES } from '../core/monitor.ts';
import { type Form, parseInput, textOf } from '../web/forms.ts';
import { BulkChange, type Choice } from './bulk-input.ts';

/** What the bar over the list offers. Those with a value ask for it first. */
const DEEDS = ['pause', 'resume', 'tags', 'channels', 'interval', 'threshold', 'delete', 'rule'] as const;
export type Deed = (typeof DEEDS)[number];

/** What is to be done; null when the form does not say. */
export function deedOf(form: Form): Deed | null {
  return DEEDS.find((deed) => deed === textOf(form, 'do')) ?? null;
}

/** The list as it was filtered, or the ticked monitors. A pinned list comes as one text. */
export function choiceOf(form: Form): Choice {
  if (textOf(form, 'all') !== '') {
    const status = MONITOR_STATUSES.find((one) => one === textOf(form, 'status'));
    return { filter: { status, tag: textOf(form, 'tag') || undefined, q: textOf(form, 'q') || undefined } };
  }
  return { ids: [...new Set([form['ids'] ?? []].flat().flatMap((ids) => ids.split(' ').filter(Boolean)))] };
}

/** Whether the values the deed needs were asked for and have come. */
export function hasValues(form: Form, deed: Deed): boolean {
  return !['tags', 'channels', 'interval', 'threshold'].includes(deed) || textOf(form, 'preview') !== '';
}

/** The change as the API spells it. Throws `AppError` `invalid` whose fields bear the names of the form's own. */
export function changeOf(form: Form, deed: Deed): BulkChange {
  switch (deed) {
    case 'pause':
    case 'resume':
      return { paused: deed === 'pause' };
    case 'delete':
      return { delete: true };
    case 'tags':
      return tagChange(form);
    case 'channels':
      return channelChange(form);
    case 'interval':
      return parseInput(Numbers.pick({ interval_seconds: true }), {
        interval_seconds: whole(form, 'interval_seconds'),
      });
    case 'threshold':
      return parseInput(Numbers.pick({ failure_threshold: true }), {
        failure_threshold: whole(form, 'failure_threshold'),
      });
    case 'rule':
      return parseInput(BulkChange, json(textOf(form, 'change')));
  }
}

const { interval_seconds, failure_threshold, tags_add, channels_set } = BulkChange.shape;
const Numbers = z.object({
  interval_seconds: interval_seconds.unwrap(),
  failure_threshold: failure_threshold.unwrap(),
});
const Tags = z.object({
  how: z.enum(['add', 'remove'], 'Choose one.'),
  tags: tags_add.unwrap().refine((tags) => tags.length > 0, 'Name at least one tag.'),
});
const Channels = z.object({ how: z.enum(['add', 'remove', 'set'], 'Choose one.'), channels: channels_set.unwrap() });

function tagChange(form: Form): BulkChange {
  const { how, tags } = parseInput(Tags, { how: textOf(form, 'how'), tags: textOf(form, 'tags').split(',') });
  return how === 'add' ? { tags_add: tags } : { tags_remove: tags };
}

function channelChange(form: Form): BulkChange {
  const chosen = [form['channels'] ?? []].flat().filter(Boolean);
  const some = Channels.refine(({ how, channels }) => how === 'set' || channels.length > 0, {
    path: ['channels'],
    message: 'Choose at least one channel.',
  });
  const { how, channels } = parseInput(some, { how: textOf(form, 'how'), channels: chosen });
  if (how === 'set') return { channels_set: channels };
  return how === 'add' ? { channels_add: channels } : { channels_remove: channels };
}

function whole(form: Form, name: string): unknown {
  const value = textOf(form, name).trim();
  return /^\d{1,9}$/.test(value) ? Number(value) : value;
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
