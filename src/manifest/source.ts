import { type Document, Lexer, LineCounter, parseDocument } from 'yaml';
import { findPlace, type Path, type Places, placesOf, type Position, positionOf } from './places.ts';

/** Largest file, in bytes, and deepest nesting: both far above what people write. */
export const MOST_BYTES = 1_048_576;
export const MOST_DEPTH = 40;
const MOST_INDENT = 400;
/** What the lexer says of itself between the tokens of the file. */
const CONTROL = /^[\u0002\u0018\u001f]$/;
/** Aliases may repeat what an anchor holds this often in all; more is an attempt to fill the memory. */
const MOST_ALIASES = 200;

/** Something wrong in a file, and where. */
export interface Fault extends Position {
  message: string;
}

/** A file that cannot be taken, with everything that is wrong with it. */
export class ManifestFault extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const [first] = faults;
    super(first ? `Line ${first.line}, column ${first.column}: ${first.message}` : 'The file cannot be read.');
    this.name = 'ManifestFault';
    this.faults = faults;
  }
}

/** A file as plain values, and where each of them stands. */
export interface Source {
  value: unknown;
  /**
   * Where the value at `path` stands: itself when it is on one line, else its key, else what should have held it. With
   * `key`, its key in any case.
   */
  at(path: Path, key?: boolean): Position;
  /** The same places as plain values, for another thread. */
  places(): Places;
}

/** Reads YAML 1.2 without tags, and without what would make a small file large. Throws `ManifestFault`. */
export function readSource(text: string): Source {
  if (Buffer.byteLength(text) > MOST_BYTES) throw fault('The file is larger than 1 MiB.');
  refuseDepth(text);
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'core', version: '1.2', prettyErrors: false, lineCounter: lines });
  const at = (offset: number): Position => positionOf(lines.lineStarts, offset);
  const wrong = [...document.errors, ...document.warnings];
  // Of several faults of syntax the later ones mostly follow from the first.
  if (wrong.length > 0) {
    throw new ManifestFault(
      wrong.slice(0, 3).map(({ code, message, pos }) => ({ ...at(pos[0]), message: words(code, message) })),
    );
  }
  let found: Places | null = null;
  const places = (): Places => (found ??= placesOf(document, lines.lineStarts));
  return { value: valueOf(document), places, at: (path, key = false) => findPlace(places(), path, key) };
}

function fault(message: string, position: Position = { line: 1, column: 1 }): ManifestFault {
  return new ManifestFault([{ ...position, message }]);
}

/** The reader calls itself for each level, so levels are counted before it is let at the file. */
function refuseDepth(text: string): void {
  let [line, depth, items, offset, start] = [1, 0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (CONTROL.test(token)) continue;
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === '-' || token === '?' || token === ':') items += 1;
    else if (token.includes('\n')) {
      line += token.split('\n').length - 1;
      start = offset + token.lastIndexOf('\n') + 1;
      items = 0;
    }
    const indent = offset === start && /^ +$/.test(token) ? token.length : 0;
    if (depth > MOST_DEPTH || (depth === 0 && items > MOST_DEPTH) || indent > MOST_INDENT) {
      throw fault('This is nested too deeply.', { line, column: Math.max(1, offset - start + 1) });
    }
    offset += token.length;
  }
}

function words(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'This key stands here for the second time.';
  if (code === 'TAG_RESOLVE_FAILED') return 'Tags such as !name are not understood here.';
  if (code === 'MULTIPLE_DOCS') return 'One file holds one document: take the "---" away.';
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces, not with tabs.';
  const [first = message] = message.split('\n');
  return `This is not YAML: ${first.replace(/ at line \d+, column \d+:?$/, '')}.`.replace(/\.\.$/, '.');
}

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    if (error instanceof ReferenceError && /Excessive/.test(error.message)) {
      throw fault('Its aliases would make the file many times as large.');
    }
    if (error instanceof ReferenceError) throw fault('An alias (*name) has no anchor (&name) before it.');
    throw error;
  }
}
