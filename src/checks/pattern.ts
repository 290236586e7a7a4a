import { RE2JS, RE2JSSyntaxException } from 're2js';

const MOST_INSTRUCTIONS = 500;
const LONGEST = 500;
/** Instructions times characters that take about 100 ms at worst. */
export const PATTERN_STEPS = 10_000_000;

/**
 * A compiled pattern and the number of its instructions, or why there is none: a sentence, and where in the text (0 is
 * its first character).
 */
export type Pattern = { found(text: string): boolean; size: number } | { problem: string; position: number };

const compiled = new Map<string, Pattern>();
const KEPT = 500;

/**
 * Compiles an RE2 pattern: matching takes time in proportion to the text whatever the pattern (R-CK-14), so it may
 * come from anybody. Back references and look-around do not exist in it.
 */
export function compilePattern(text: string): Pattern {
  const known = compiled.get(text);
  if (known) return known;
  const made = compile(text);
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(text, made);
  return made;
}

function compile(text: string): Pattern {
  if (text.length > LONGEST) return { problem: `A pattern has at most ${LONGEST} characters.`, position: LONGEST };
  try {
    const pattern = RE2JS.compile(text);
    const size = pattern.programSize();
    if (size > MOST_INSTRUCTIONS) {
      return { problem: 'The pattern repeats too much; use smaller numbers in its braces.', position: 0 };
    }
    return { found: (subject) => pattern.matcher(subject).find(), size };
  } catch (error) {
    return refusal(text, error);
  }
}

function refusal(text: string, error: unknown): Pattern {
  if (!(error instanceof RE2JSSyntaxException)) return { problem: 'This is not a pattern.', position: 0 };
  const description = error.getDescription();
  const part = error.getPattern() ?? '';
  // What is missing is missing at the end; what is wrong is quoted.
  const position = description.startsWith('missing') ? text.length : Math.max(0, text.indexOf(part));
  return { problem: `The pattern cannot be read at character ${position + 1}: ${description}.`, position };
}
