import { type ImportLoss, type ImportSource, scalarText, SOURCE_NAMES, WHOLE } from '../core/import-draft.ts';
import type { Fit } from './import-fit.ts';
import type { Step } from './plan.ts';

/** The report of losses as text, one line each. */
export function lossLines(losses: readonly ImportLoss[]): string[] {
  if (losses.length === 0) return ['Everything comes over.'];
  return losses.map(({ where, what, why }) => `${where}: ${what}: ${why}`);
}

/** The same as a file to keep, with a head. */
export function lossReport(source: ImportSource, losses: readonly ImportLoss[]): string {
  const head = `What does not come over from ${SOURCE_NAMES[source]}, and why.`;
  return `${[head, '', ...lossLines(losses)].join('\n')}\n`;
}

/** How many of each kind of thing are made, are there, and are lost. */
export function importCounts({ plan, there, losses }: Fit) {
  const made = (part: Step['part']) => plan.steps.filter((step) => step.part === part).length;
  return {
    monitors: made('monitors'),
    channels: made('channels'),
    pages: made('pages'),
    already_there: there.length,
    left_out: losses.filter(({ what }) => what === WHOLE).length,
    losses: losses.length,
  };
}

/** What is left out as a whole first: that matters most to whoever reads on a page. */
export function worstFirst(losses: readonly ImportLoss[]): ImportLoss[] {
  return losses.toSorted((a, b) => Number(b.what === WHOLE) - Number(a.what === WHOLE));
}

/** `3 monitors and 1 channel` */
export function madeWords({ monitors, channels, pages }: ReturnType<typeof importCounts>): string {
  const parts = [counted(monitors, 'monitor'), counted(channels, 'channel'), counted(pages, 'status page')].filter(
    (part) => part !== null,
  );
  const last = parts.pop();
  if (last === undefined) return 'nothing';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A line of the table of what is made. */
export function madeRow({ part, name, sent: entry }: Step) {
  const kind = part === 'pages' ? 'status page' : (scalarText(entry['type'] ?? entry['kind']) ?? '');
  const target =
    part === 'pages'
      ? `/s/${scalarText(entry['slug'])}`
      : part === 'monitors'
        ? (scalarText(entry['target']) ?? '')
        : '';
  return {
    name,
    kind,
    target,
    noun: part === 'channels' ? 'Channel' : part === 'pages' ? 'Page' : 'Monitor',
    paused: entry['paused'] === true,
  };
}
