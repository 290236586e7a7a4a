import { escapeHtml, renderInline } from './markdown-inline.ts';

/** Lists and quotes inside each other; what is deeper is text. */
const DEEPEST = 6;
/** A table with more columns is text. */
const MOST_COLUMNS = 20;

/** The HTML of markdown as `renderMarkdown` promises it. */
export function renderBlocks(text: string): string {
  return blocks(linesOf(text), 0, false);
}

function linesOf(text: string): string[] {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replace(/[^\P{Cc}\n]/gu, '')
    .split('\n');
}

/** One block: its HTML and the line after it. */
interface Block {
  html: string;
  end: number;
}

type Reader = (lines: readonly string[], at: number, depth: number) => Block | null;

/** Tried in this order; what none of them takes is a paragraph. */
const READERS: readonly Reader[] = [fence, heading, rule, quote, list, table];

/** `tight`: paragraphs of a list without gaps stand without their tags. */
function blocks(lines: readonly string[], depth: number, tight: boolean): string {
  if (depth > DEEPEST) return `<p>${renderInline(lines.map((line) => line.trim()).join('\n'))}</p>`;
  let html = '';
  let at = 0;
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const block = read(lines, at, depth) ?? paragraph(lines, at, tight);
    html += block.html;
    at = block.end;
  }
  return html;
}

function read(lines: readonly string[], at: number, depth: number): Block | null {
  for (const reader of READERS) {
    const block = reader(lines, at, depth);
    if (block) return block;
  }
  return null;
}

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';

function paragraph(lines: readonly string[], at: number, tight: boolean): Block {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end]) && !interrupts(lines[end] ?? '')) end += 1;
  const inner = renderInline(
    lines
      .slice(at, end)
      .map((line) => line.trim())
      .join('\n'),
  );
  return { html: tight ? inner : `<p>${inner}</p>`, end };
}

/** Whether a line ends the paragraph above it. A number does so only as the first of its list: "in\n2024. It…". */
function interrupts(line: string): boolean {
  if (fenceOf(line) || headingOf(line) || isRule(line) || /^ {0,3}>/.test(line)) return true;
  const marker = markerOf(line);
  return marker !== null && marker.text !== '' && (marker.number === null || marker.number === 1);
}

function fenceOf(line: string): string | null {
  const found = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  if (!found?.[1] || (found[1][0] === '`' && found[2]?.includes('`'))) return null;
  return found[1];
}

function fence(lines: readonly string[], at: number): Block | null {
  const mark = fenceOf(lines[at] ?? '');
  if (mark === null) return null;
  let end = at + 1;
  while (end < lines.length && !endsFence(lines[end] ?? '', mark)) end += 1;
  const code = lines.slice(at + 1, end).join('\n');
  return { html: `<pre><code>${escapeHtml(code)}</code></pre>`, end: end + 1 };
}

function endsFence(line: string, mark: string): boolean {
  const bare = line.trim();
  return bare.length >= mark.length && bare === (mark[0] ?? '').repeat(bare.length);
}

function headingOf(line: string): { level: number; text: string } | null {
  const found = /^ {0,3}(#{1,6})( .*)?$/.exec(line);
  if (!found?.[1]) return null;
  const text = (found[2] ?? '').trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const closed = end === 0 || text[end - 1] === ' ';
  return { level: Math.min(6, found[1].length + 2), text: closed ? text.slice(0, end).trim() : text };
}

/** The page has its own two upper levels: theirs begin with the third. */
function heading(lines: readonly string[], at: number): Block | null {
  const found = headingOf(lines[at] ?? '');
  if (!found) return null;
  return { html: `<h${found.level}>${renderInline(found.text)}</h${found.level}>`, end: at + 1 };
}

function isRule(line: string): boolean {
  const bare = line.replaceAll(' ', '');
  const mark = bare[0] ?? '';
  return bare.length >= 3 && '-*_'.includes(mark) && bare === mark.repeat(bare.length);
}

function rule(lines: readonly string[], at: number): Block | null {
  return isRule(lines[at] ?? '') ? { html: '<hr>', end: at + 1 } : null;
}

function quote(lines: readonly string[], at: number, depth: number): Block | null {
  const inner: string[] = [];
  let end = at;
  for (; end < lines.length; end += 1) {
    const found = /^ {0,3}> ?(.*)$/.exec(lines[end] ?? '');
    if (!found) break;
    inner.push(found[1] ?? '');
  }
  return end === at ? null : { html: `<blockquote>${blocks(inner, depth + 1, false)}</blockquote>`, end };
}

interface Marker {
  /** `-`, `*`, `+`, `.` or `)`: items of one list share it. */
  kind: string;
  number: number | null;
  /** Columns before the item's own text. */
  width: number;
  text: string;
}

function markerOf(line: string): Marker | null {
  const found = /^( {0,3})(?:([-*+])|(\d{1,9})([.)]))( .*)?$/.exec(line);
  if (!found) return null;
  const [, indent = '', bullet, digits, delimiter = '', rest = ''] = found;
  const text = rest.trimStart();
  const gap = rest.length - text.length;
  const mark = bullet === undefined ? (digits ?? '').length + 1 : 1;
  const width = indent.length + mark + (gap > 4 || gap === 0 ? 1 : gap);
  return { kind: bullet ?? delimiter, number: digits === undefined ? null : Number(digits), width, text };
}

function list(lines: readonly string[], at: number, depth: number): Block | null {
  const first = markerOf(lines[at] ?? '');
  if (!first) return null;
  const items: string[][] = [];
  let loose = false;
  let end = at;
  for (let marker: Marker | null = first; marker; marker = end < lines.length ? nextOf(lines, end, first) : null) {
    const item = itemAt(lines, end, marker);
    items.push(item.lines);
    // A gap at the end is one only if the list goes on after it.
    const goesOn = item.end < lines.length && nextOf(lines, item.end, first) !== null;
    loose ||= item.gap || (item.blankEnd && goesOn);
    end = item.end;
  }
  const inner = items.map((item) => `<li>${blocks(item, depth + 1, !loose)}</li>`).join('');
  if (first.number === null) return { html: `<ul>${inner}</ul>`, end };
  return { html: `<ol${first.number === 1 ? '' : ` start="${first.number}"`}>${inner}</ol>`, end };
}

function nextOf(lines: readonly string[], at: number, first: Marker): Marker | null {
  const line = lines[at] ?? '';
  const marker = isRule(line) ? null : markerOf(line);
  return marker?.kind === first.kind ? marker : null;
}

/** The lines of one item without its indentation. `gap`: an empty line lies between two of them. */
function itemAt(lines: readonly string[], at: number, marker: Marker) {
  const own = [marker.text];
  let gap = false;
  let blanks = 0;
  let end = at + 1;
  // People who indent by two mean the item, whatever the width of its number.
  const least = Math.min(marker.width, 2);
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    if (isBlank(line)) {
      blanks += 1;
      continue;
    }
    const indent = line.length - line.trimStart().length;
    const inside = indent >= least;
    const lazy = blanks === 0 && !interrupts(line) && markerOf(line) === null;
    if (!inside && !lazy) break;
    gap ||= blanks > 0;
    for (; blanks > 0; blanks -= 1) own.push('');
    own.push(line.slice(Math.min(indent, marker.width)));
  }
  return { lines: own, gap, blankEnd: blanks > 0, end };
}

function table(lines: readonly string[], at: number): Block | null {
  const head = lines[at] ?? '';
  const ruler = lines[at + 1] ?? '';
  if (!head.includes('|') || !ruler.includes('-') || !ruler.includes('|') || !/^[-:| ]+$/.test(ruler)) return null;
  const columns = cellsOf(head);
  if (columns.length > MOST_COLUMNS || cellsOf(ruler).length !== columns.length) return null;
  let rows = '';
  let end = at + 2;
  for (; end < lines.length && lines[end]?.includes('|'); end += 1) {
    const cells = cellsOf(lines[end] ?? '');
    rows += `<tr>${columns.map((_, i) => `<td>${renderInline(cells[i] ?? '')}</td>`).join('')}</tr>`;
  }
  const heads = columns.map((cell) => `<th>${renderInline(cell)}</th>`).join('');
  return { html: `<table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`, end };
}

function cellsOf(line: string): string[] {
  const cells = [''];
  const bare = line.trim().replace(/^\|/, '');
  for (let at = 0; at < bare.length; at += 1) {
    if (bare[at] === '|') cells.push('');
    else if (bare[at] === '\\' && bare[at + 1] === '|') cells[cells.length - 1] += bare[(at += 1)] ?? '';
    else cells[cells.length - 1] += bare[at] ?? '';
  }
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.trim());
}
