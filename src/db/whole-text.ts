import type { InArgs, InStatement, InValue } from '@libsql/client';

/**
 * A surrogate escaped in JSON, with its other half where it has one. An odd row of backslashes before it would make it a
 * text that only speaks of one.
 */
const SURROGATE = /(?<!\\)((?:\\\\)*)(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\ud[89a-f][0-9a-f]{2})/gi;
const PAIR_LENGTH = '\\ud83d\\udca9'.length;

/**
 * The statement with U+FFFD in place of half characters in JSON. SQLite's JSON functions turn such an escape into bytes
 * that are no UTF-8, and reading those back does not throw: the driver ends the whole process (libsql 0.9.30,
 * value.rs:237). Bodies with such text are refused before, but it also comes from targets, files and other products.
 */
export function wholeText(statement: InStatement): InStatement {
  if (typeof statement === 'string' || statement.args === undefined) return statement;
  return { ...statement, args: wholeArgs(statement.args) };
}

function wholeArgs(args: InArgs): InArgs {
  if (Array.isArray(args)) return args.map(whole);
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, whole(value)]));
}

function whole(value: InValue): InValue {
  if (typeof value !== 'string' || !/\\ud/i.test(value) || !isJson(value)) return value;
  return value.replace(SURROGATE, (all, before: string, escaped: string) =>
    escaped.length === PAIR_LENGTH ? all : `${before}\\ufffd`,
  );
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the JSON text holds half a character, in a name or in a value. */
export function hasHalfCharacter(json: string): boolean {
  if (!/\\ud/i.test(json)) return false;
  // Whole pairs are written as they are, so what is escaped here is a half.
  return JSON.stringify(JSON.parse(json)).search(SURROGATE) >= 0;
}
