import { type AlertEntry, type AlertWords, oneLine } from '../core/alert.ts';
import type { Parcel } from './channel.ts';

/** `RRGGBB` for the bar beside a message, the same in every chat. */
export const COLOURS: Record<AlertWords['tone'], string> = { bad: 'D92D20', good: '16A34A', neutral: '64748B' };

/** Where a message leads: the page about it, and the one that acknowledges if there is something to. */
export function linksOf({ words, link, acknowledge }: Parcel): { label: string; href: string }[] {
  const page = { label: words.linkLabel, href: link };
  return acknowledge === null ? [page] : [page, { label: 'Acknowledge', href: acknowledge }];
}

/** Facts that say something: chats refuse empty values. */
export function factsOf({ facts }: AlertWords): AlertWords['facts'] {
  return facts.filter(({ label, value }) => label.trim() !== '' && oneLine(value, 10) !== '');
}

/**
 * Text on one line in a receiver's own spelling, cut before it is spelled so that no escape is torn apart. `most` is
 * what `size` may come to, UTF-16 units if nothing else is said.
 */
export function fit(
  text: string,
  most: number,
  spell: (text: string) => string = (plain) => plain,
  size: (spelled: string) => number = ({ length }) => length,
): string {
  for (let kept = oneLine(text, most); kept !== ''; ) {
    const spelled = spell(kept);
    const taken = size(spelled);
    if (taken <= most) return spelled;
    const shorter = Math.min(kept.length - 1, Math.floor((kept.length * most) / taken));
    kept = shorter < 1 ? '' : oneLine(kept, shorter);
  }
  return '';
}

/**
 * Merged alerts as lines that come to at most `budget` together. `spellings` go from talkative to terse: the first in
 * which all fit is taken, of the last as many as fit; `left` counts the others, and the last line says so.
 */
export function entryLines(
  entries: readonly AlertEntry[],
  budget: number,
  spellings: readonly ((entry: AlertEntry) => string)[],
  size: (line: string) => number = ({ length }) => length + 1,
): { lines: string[]; left: number } {
  let lines: string[] = [];
  for (const spelling of spellings) {
    lines = entries.map(spelling);
    if (lines.reduce((sum, line) => sum + size(line), 0) <= budget) return { lines, left: 0 };
  }
  let room = budget - size(more(entries.length));
  const shown = lines.findIndex((line) => (room -= size(line)) < 0);
  const left = entries.length - shown;
  return { lines: [...lines.slice(0, shown), more(left)], left };
}

function more(left: number): string {
  return `… and ${left} more`;
}
