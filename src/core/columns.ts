/** Scripts and pictures whose signs take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Text on one line that no terminal takes for a command: no control characters, no turns of direction. */
export function plainLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/gu, '')
    .trim();
}

/** How many columns a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const sign of text) columns += WITHOUT_WIDTH.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return columns;
}

/** The text filled up with blanks, or cut with an ellipsis, to exactly that many columns. */
export function fit(text: string, columns: number): string {
  const full = columnsOf(text);
  if (full <= columns) return text + ' '.repeat(columns - full);
  let cut = '';
  for (const sign of text) {
    if (columnsOf(cut + sign) > columns - 1) break;
    cut += sign;
  }
  return `${cut}…${' '.repeat(columns - 1 - columnsOf(cut))}`;
}

/** Lines of at most that many columns, each begun with `indent`. A longer word is cut where the line ends. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const room = columns - columnsOf(indent);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of plainLine(paragraph).split(/ +/)) {
      for (const piece of pieces(word, room)) {
        if (line !== '' && columnsOf(line) + 1 + columnsOf(piece) > room) {
          lines.push(line);
          line = piece;
        } else line = line === '' ? piece : `${line} ${piece}`;
      }
    }
    if (line !== '') lines.push(line);
  }
  return lines.map((line) => indent + line);
}

function pieces(word: string, room: number): string[] {
  if (columnsOf(word) <= room) return [word];
  const found = [''];
  let size = 0;
  for (const sign of word) {
    const columns = columnsOf(sign);
    if (size + columns > room) {
      found.push('');
      size = 0;
    }
    found[found.length - 1] += sign;
    size += columns;
  }
  return found;
}
