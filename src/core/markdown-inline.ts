import { safeHref, targetAt, withoutEnd } from './markdown-link.ts';

/** A link's address, or anything else looked for ahead, is at most this long: so that looking stays linear. */
const LONGEST = 2_048;

/** `*` or `_` in a row, which may begin or end emphasis. */
interface Run {
  piece: number;
  char: string;
  count: number;
  original: number;
  opens: boolean;
  closes: boolean;
  /** Tags that end before what is left of the row, and that begin after it. */
  before: string;
  after: string;
  prev: Run | null;
  next: Run | null;
}

interface Bracket {
  piece: number;
  /** The last run before it: emphasis does not reach across. */
  below: Run | null;
  image: boolean;
}

/** The HTML of a stretch of markdown without blocks; everything that is not one of our marks is text. */
export function renderInline(text: string): string {
  return new Inline(text).html();
}

/** Text as it may stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const openTag = (href: string): string => `<a href="${escapeHtml(href)}" rel="noopener nofollow ugc">`;

const PLAIN = /(?:[^\\`*_[\]!<\nh]|h(?!ttps?:\/\/))+/y;
const BARE = /https?:\/\/[^\s<>"`[\]]+/iy;
const IN_ANGLES = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/iy;
const ROW = /(\*+|_+)/y;
const TICKS = /`+/y;

class Inline {
  readonly #text: string;
  #at = 0;
  readonly #pieces: string[] = [];
  readonly #runs: Run[] = [];
  #last: Run | null = null;
  #brackets: Bracket[] = [];
  /** Addresses that became links by themselves: inside a link that somebody wrote they are text again. */
  readonly #found: { piece: number; text: string }[] = [];
  /** Of each row of backticks, by its place, where the next one of its length begins. */
  readonly #ticks: Map<number, number>;

  constructor(text: string) {
    this.#text = text;
    this.#ticks = pairTicks(text);
  }

  html(): string {
    while (this.#at < this.#text.length) this.#step();
    this.#emphasise(null);
    for (const { piece, before, char, count, after } of this.#runs) {
      this.#pieces[piece] = before + char.repeat(count) + after;
    }
    return this.#pieces.join('');
  }

  #step(): void {
    const char = this.#text[this.#at] ?? '';
    if (char === '\\') return this.#escape();
    if (char === '`') return this.#code();
    if (char === '*' || char === '_') return this.#row(char);
    if (char === '[') return this.#open(false);
    if (char === '!' && this.#text[this.#at + 1] === '[') return this.#open(true);
    if (char === ']') return this.#close();
    if (char === '<') return this.#angles();
    if (char === '\n') return this.#push('<br>', 1);
    const bare = /\w/.test(this.#text[this.#at - 1] ?? '') ? null : this.#match(BARE);
    if (bare !== null) return this.#bare(bare);
    const plain = this.#match(PLAIN) ?? char;
    this.#push(escapeHtml(plain), plain.length);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? null;
  }

  #push(piece: string, length: number): void {
    this.#pieces.push(piece);
    this.#at += length;
  }

  #escape(): void {
    const next = this.#text[this.#at + 1] ?? '';
    if (next === '\n') return this.#push('<br>', 2);
    if (/[!-/:-@[-`{-~]/.test(next)) return this.#push(escapeHtml(next), 2);
    this.#push('\\', 1);
  }

  #code(): void {
    const ticks = this.#match(TICKS) ?? '`';
    const end = this.#ticks.get(this.#at);
    if (end === undefined) return this.#push(ticks, ticks.length);
    const inner = this.#text.slice(this.#at + ticks.length, end).replaceAll('\n', ' ');
    const padded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
    this.#push(`<code>${escapeHtml(padded ? inner.slice(1, -1) : inner)}</code>`, end + ticks.length - this.#at);
  }

  #row(char: string): void {
    const row = this.#match(ROW) ?? char;
    const { opens, closes } = flanks(char, this.#text[this.#at - 1] ?? ' ', this.#text[this.#at + row.length] ?? ' ');
    const count = row.length;
    const run = { piece: this.#pieces.length, char, count, original: count, opens, closes, before: '', after: '' };
    const linked: Run = { ...run, prev: this.#last, next: null };
    if (this.#last) this.#last.next = linked;
    this.#last = linked;
    this.#runs.push(linked);
    this.#push('', count);
  }

  #open(image: boolean): void {
    this.#brackets.push({ piece: this.#pieces.length, below: this.#last, image });
    this.#push(image ? '![' : '[', image ? 2 : 1);
  }

  /** A link, a picture's words, or nothing but a bracket. */
  #close(): void {
    const opener = this.#brackets.pop();
    const target = opener ? targetAt(this.#text.slice(this.#at + 1, this.#at + 1 + LONGEST)) : null;
    const href = target === null ? null : safeHref(target.address);
    if (!opener || target === null || (href === null && !opener.image)) return this.#push(']', 1);
    const empty = opener.piece === this.#pieces.length - 1;
    this.#emphasise(opener.below);
    if (opener.image || href === null) {
      // Pictures of other hosts would tell them who reads the page (R-SP-1): their words stay.
      this.#pieces[opener.piece] = '';
      return this.#push('', 1 + target.length);
    }
    this.#pieces[opener.piece] = openTag(href);
    for (let own = this.#found.at(-1); own && own.piece > opener.piece; own = this.#found.at(-1)) {
      this.#pieces[own.piece] = own.text;
      this.#found.pop();
    }
    // A link holds no other: what was open around it stays text.
    this.#brackets = [];
    this.#push(`${empty ? escapeHtml(href) : ''}</a>`, 1 + target.length);
  }

  #angles(): void {
    const whole = this.#match(IN_ANGLES);
    const address = whole?.slice(1, -1) ?? '';
    const href = whole === null || whole.length > LONGEST ? null : safeHref(address);
    if (whole === null || href === null) return this.#push('&#60;', 1);
    this.#link(href, address.replace(/^mailto:/i, ''), whole.length);
  }

  #bare(found: string): void {
    const address = withoutEnd(found);
    const href = address.length > LONGEST ? null : safeHref(address);
    if (href === null) return this.#push(escapeHtml(found), found.length);
    this.#link(href, address, address.length);
  }

  #link(href: string, words: string, length: number): void {
    const text = escapeHtml(words);
    this.#found.push({ piece: this.#pieces.length, text });
    this.#push(`${openTag(href)}${text}</a>`, length);
  }

  /** Matches the rows after `bottom` with each other, as CommonMark does; they are done with then. */
  #emphasise(bottom: Run | null): void {
    const floor = bottom?.piece ?? -1;
    const floors = new Map<string, number>();
    let closer = this.#firstAfter(floor);
    while (closer) {
      const { next }: Run = closer;
      if (closer.closes) {
        const key = `${closer.char}${closer.opens}${closer.original % 3}`;
        const opener = openerOf(closer, floors.get(key) ?? floor);
        if (opener) {
          pair(opener, closer);
          if (opener.count === 0) this.#drop(opener);
          if (closer.count > 0) continue;
          this.#drop(closer);
        } else {
          floors.set(key, closer.prev?.piece ?? -1);
          if (!closer.opens) this.#drop(closer);
        }
      }
      closer = next;
    }
    this.#last = bottom;
    if (bottom) bottom.next = null;
  }

  #firstAfter(floor: number): Run | null {
    let first: Run | null = null;
    for (let run = this.#last; run && run.piece > floor; run = run.prev) first = run;
    return first;
  }

  #drop(run: Run): void {
    if (run.prev) run.prev.next = run.next;
    if (run.next) run.next.prev = run.prev;
    else if (this.#last === run) this.#last = run.prev;
  }
}

/** The nearest row before `closer` that it can end, of those after `floor`. */
function openerOf(closer: Run, floor: number): Run | null {
  for (let run = closer.prev; run && run.piece > floor; run = run.prev) {
    const ambiguous = closer.opens || run.closes;
    const uneven = closer.original % 3 !== 0 && (run.original + closer.original) % 3 === 0;
    if (run.char === closer.char && run.opens && !(ambiguous && uneven)) return run;
  }
  return null;
}

function pair(opener: Run, closer: Run): void {
  const used = opener.count >= 2 && closer.count >= 2 ? 2 : 1;
  const tag = used === 2 ? 'strong' : 'em';
  opener.count -= used;
  closer.count -= used;
  opener.after = `<${tag}>${opener.after}`;
  closer.before += `</${tag}>`;
  opener.next = closer;
  closer.prev = opener;
}

function flanks(char: string, before: string, after: string): { opens: boolean; closes: boolean } {
  const [spaceBefore, spaceAfter] = [/\s/.test(before), /\s/.test(after)];
  const [markBefore, markAfter] = [/[\p{P}\p{S}]/u.test(before), /[\p{P}\p{S}]/u.test(after)];
  const left = !spaceAfter && (!markAfter || spaceBefore || markBefore);
  const right = !spaceBefore && (!markBefore || spaceAfter || markAfter);
  if (char === '*') return { opens: left, closes: right };
  return { opens: left && (!right || markBefore), closes: right && (!left || markAfter) };
}

function pairTicks(text: string): Map<number, number> {
  const rows = [...text.matchAll(/`+/g)];
  const nextOf = new Map<number, number>();
  const pairs = new Map<number, number>();
  for (const row of rows.toReversed()) {
    const end = nextOf.get(row[0].length);
    if (end !== undefined) pairs.set(row.index, end);
    nextOf.set(row[0].length, row.index);
  }
  return pairs;
}
