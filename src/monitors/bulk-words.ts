import { duration, MINUTE, SECOND } from '../core/time.ts';
import type { BulkChange } from './bulk-input.ts';

/** What was done, in a few words that can stand in the record and beside an undo button: "Paused 3 monitors". */
export function doneWords(change: BulkChange, count: number, channelNames: ReadonlyMap<string, string>): string {
  const whom = count === 1 ? '1 monitor' : `${count} monitors`;
  const said = Object.entries(change).filter(([, value]) => value !== undefined);
  if (said.length > 1) return `Changed ${whom}`;
  const channels = (ids: readonly string[]) => quoted(ids.map((id) => channelNames.get(id) ?? id));
  const { tags_add: tagsAdd, tags_remove: tagsRemove, channels_set: set, channels_add: add } = change;
  const { channels_remove: remove, interval_seconds: interval, failure_threshold: threshold } = change;
  const { remind_every_minutes: remind, escalation_id: policy } = change;
  if (change.delete) return `Deleted ${whom}`;
  if (change.paused !== undefined) return `${change.paused ? 'Paused' : 'Resumed'} ${whom}`;
  if (tagsAdd) return `Tagged ${whom} ${quoted(tagsAdd)}`;
  if (tagsRemove) return `Took ${quoted(tagsRemove)} off ${whom}`;
  if (set)
    return set.length === 0 ? `Took all channels off ${whom}` : `Set the channels of ${whom} to ${channels(set)}`;
  if (add) return `Gave ${channels(add)} to ${whom}`;
  if (remove) return `Took ${channels(remove)} off ${whom}`;
  if (interval !== undefined) return `Set the interval of ${whom} to ${duration(interval * SECOND)}`;
  if (threshold !== undefined) return `Set "down after" of ${whom} to ${threshold}`;
  if (remind === null) return `Switched reminders of ${whom} off`;
  if (remind !== undefined) return `Set reminders of ${whom} to every ${duration(remind * MINUTE)}`;
  if (policy !== undefined) return `Changed the escalation of ${whom}`;
  return change.public ? `Made ${whom} public` : `Made ${whom} private`;
}

function quoted(words: readonly string[]): string {
  const shown = words.slice(0, 3).map((word) => `“${word}”`);
  return `${shown.join(', ')}${words.length > 3 ? ` and ${words.length - 3} more` : ''}`;
}
