import { type AlertEntry, type AlertWords, oneLine } from '../core/alert.ts';
import { factsOf, fit } from './card.ts';

/** How a receiver writes: what a message holds at most by its own measure, its escapes, and its bold. */
export interface Script {
  most: number;
  /** Into how many messages one may be split: what does not fit into them is counted at the end. */
  pages: number;
  size: (text: string) => number;
  spell: (plain: string) => string;
  bold: (spelled: string) => string;
}

/** The tone for those who look for a second only; the words beside it say the same. */
export const MARKS: Record<AlertWords['tone'], string> = { bad: '🔴', good: '🟢', neutral: '🔵' };

/** Values are cut to the first of these lengths with which a message is short enough. */
const VALUE_CHARS = [500, 160, 60] as const;
const NAME_CHARS = 40;

/**
 * An alert as one text, or as several where it names more than one message can hold (R-AL-7). `title` is the first
 * line or null when it stands elsewhere; `closing` is already spelled. Nothing is cut within a line, so tags and escapes
 * stay whole.
 */
export function textPages(words: AlertWords, title: string | null, closing: string[], script: Script): string[] {
  const { most, size, spell, bold } = script;
  const top = (chars: number): string[] => [
    ...(title === null ? [] : [bold(fit(title, chars, spell))]),
    ...(words.late === null ? [] : [fit(words.late, chars, spell)]),
  ];
  const facts = (chars: number): string[] =>
    factsOf(words).map(({ label, value }) => `${bold(spell(`${label}:`))} ${fit(value, chars, spell)}`);
  const tail = blocks([spell(words.nextStep)], closing);

  const entries = words.entries.map((entry) => entryLine(entry, script));
  for (const chars of VALUE_CHARS) {
    const page = blocks(top(chars), facts(chars), entries, [tail]);
    if (size(page) <= most) return [page];
  }
  const shortest = VALUE_CHARS[2];
  const lines = [...top(shortest), ...facts(shortest)];
  if (entries.length === 0) return [blocks([fill(lines, most - size(`\n\n${tail}`), size)], [tail])];
  const pages = namePages(words.entries, fill(lines, most / 2, size), script);
  const last = blocks([pages.at(-1) ?? ''], [tail]);
  return size(last) <= most ? [...pages.slice(0, -1), last] : [...pages, tail];
}

/** Lines with an empty one between the groups of them. */
function blocks(...groups: string[][]): string {
  return groups
    .map((lines) => lines.filter(Boolean).join('\n'))
    .filter(Boolean)
    .join('\n\n');
}

function entryLine({ tone, badge, name, text }: AlertEntry, { spell, bold }: Script): string {
  return `${MARKS[tone]} ${bold(fit(name, 120, spell))} (${spell(badge)}): ${fit(text, 300, spell)}`;
}

/** As many whole lines as there is room for. */
function fill(lines: string[], most: number, size: Script['size']): string {
  return lines.reduce((page, line) => (size(`${page}\n${line}`) <= most ? `${page}\n${line}` : page), '').trim();
}

/** The bare names by state, over as many pages as they take. */
function namePages(entries: readonly AlertEntry[], head: string, script: Script): string[] {
  const { most, pages: mostPages, size, spell, bold } = script;
  const room = most - size('\n… and 999 more');
  const pages: string[] = [];
  let page = head === '' ? '' : `${head}\n`;
  let state = '';
  for (const [index, { tone, badge, name }] of entries.entries()) {
    const short = spell(oneLine(name, NAME_CHARS));
    const intro = `${MARKS[tone]} ${bold(spell(`${badge}:`))} `;
    const longer = badge === state ? `${page}, ${short}` : `${page}${page === '' ? '' : '\n'}${intro}${short}`;
    state = badge;
    if (size(longer) <= room) {
      page = longer;
      continue;
    }
    if (pages.length === mostPages - 1) return [...pages, `${page}\n… and ${entries.length - index} more`];
    if (page.trim() !== '') pages.push(page.trim());
    page = `${intro}${short}`;
  }
  return [...pages, page];
}
