import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { AppError, invalidField } from '../core/errors.ts';
import { hasHalfCharacter } from '../db/whole-text.ts';
import type { AppEnv } from './env.ts';
import { isJson } from './forms.ts';

/** R-DO-1. No body of ours comes near; what does is meant to tire a parser. */
const DEEPEST = 32;
const LONGEST_LIST = 1_000;
/** Names that reach an object's ancestors where code copies keys carelessly. No field of ours is called so. */
const ANCESTRAL = new Set(['__proto__', 'constructor', 'prototype']);
const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Looks at a JSON body before anything parses it: 400 for what is no JSON, 422 for what is nested too deeply, a list
 * too long, or a name that no field can have. `only` JSON makes any other body a 415.
 */
export function limitJson({ only }: { only: boolean }): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (!BODY_METHODS.has(c.req.method) || c.req.raw.body === null) return next();
    if (!isJson(c)) {
      // Command line tools name a form's type in every POST, body or not.
      if (only && (await c.req.text()) !== '') {
        throw new HTTPException(415, { message: 'Send this as JSON, with the header Content-Type: application/json.' });
      }
      return next();
    }
    const text = await c.req.text();
    if (text.trim() !== '') {
      measure(text);
      if (!isSound(text)) throw new HTTPException(400, { message: 'The body is not JSON.' });
      if (hasHalfCharacter(text)) {
        throw new AppError(
          'invalid',
          'The body holds half a character (a surrogate without its pair), which is no text.',
        );
      }
    }
    return next();
  };
}

function isSound(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * One pass over the characters, with a counter for each open bracket. It knows strings and brackets only: whether the
 * rest is JSON the parser says afterwards, of a text it can no longer choke on.
 */
function measure(text: string): void {
  const open: { list: boolean; items: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const inside = open.at(-1);
    if (char === '"') {
      const end = endOfString(text, at);
      if (inside?.list === false) refuseAncestral(text, at, end);
      at = end;
    } else if (char === '[' || char === '{') {
      if (open.push({ list: char === '[', items: 1 }) > DEEPEST) {
        throw new AppError('invalid', `The body is nested too deeply: ${DEEPEST} levels at most.`);
      }
    } else if (char === ']' || char === '}') {
      open.pop();
    } else if (char === ',' && inside?.list && ++inside.items > LONGEST_LIST) {
      throw new AppError('invalid', 'A list in the body is too long: 1,000 items at most.');
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** The name may be spelled with escapes, so it is read as the parser would. */
function refuseAncestral(text: string, start: number, end: number): void {
  COLON.lastIndex = end + 1;
  if (!COLON.test(text)) return;
  const name = readName(text.slice(start, end + 1));
  if (ANCESTRAL.has(name)) throw invalidField(name, `There is no field named ${name}.`);
}

const COLON = /\s*:/y;

function readName(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return '';
  }
}
