import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { AppError, type FieldError, NoAccount } from '../core/errors.ts';

export type Form = Record<string, string | string[]>;

/** The fields of a form post; a name that came more than once, or ends in `[]`, holds a list. Files are left out. */
export async function readForm(c: Context): Promise<Form> {
  const type = c.req.header('content-type') ?? '';
  if (type !== '' && !/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) {
    throw new HTTPException(415, { message: 'Send this as a form.' });
  }
  const form: Form = {};
  for (const [name, values] of Object.entries(await parseForm(c))) {
    const texts = [values].flat().filter((value) => typeof value === 'string');
    form[name.replace(/\[\]$/, '')] = name.endsWith('[]') || texts.length > 1 ? texts : (texts[0] ?? '');
  }
  return form;
}

/** A form whose parts cannot be told from each other is its sender's fault. */
async function parseForm(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody({ all: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new HTTPException(400, { message: 'This form could not be read.' });
  }
}

/** The last text posted under a name; none is empty. */
export function textOf(form: Form, name: string): string {
  return [form[name] ?? ''].flat().at(-1) ?? '';
}

export function isJson(c: Context): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(c.req.header('content-type') ?? '');
}

/** The JSON body, or the form: what routes take that answer programs and pages alike. */
export async function readInput(c: Context): Promise<unknown> {
  if (!isJson(c)) return readForm(c);
  try {
    return await c.req.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HTTPException(400, { message: 'The body is not JSON.' });
  }
}

/** The parsed value, or `AppError` `invalid` with a sentence for each field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = fieldErrors(parsed.error);
  throw new AppError('invalid', fields[0]?.message ?? 'That could not be read.', { fields });
}

/** One sentence for each field that does not fit, the first of several. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  const found = new Map<string, string>();
  for (const issue of error.issues) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : null;
    for (const name of unknown ?? [null]) {
      const field = [...issue.path, ...(name === null ? [] : [name])].join('.');
      if (!found.has(field)) found.set(field, name === null ? sentence(issue) : unknownField(issue, name));
    }
  }
  return [...found].map(([field, message]) => ({ field, message }));
}

/** The schema's own words, or ours where it has only those of the schema library. */
function sentence(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too (big|small)|Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'This is missing.'
        : `This must be ${article(issue.expected)}.`;
    case 'too_small':
      return `This must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}.`;
    case 'too_big':
      return `This must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}.`;
    case 'invalid_value':
      return `This must be one of: ${issue.values.join(', ')}.`;
    default:
      return 'This does not fit.';
  }
}

/** Each by its own name and under its own path, for a caller wants to know which of thirty it was. */
function unknownField(issue: z.core.$ZodIssue, name: string): string {
  return issue.message.startsWith('Unrecognized') ? `There is no field named ${name}.` : issue.message;
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** What a form shows again beside the person's own values. */
export interface Refusal {
  status: AppError['status'];
  /** For the whole form. */
  problem: string;
  /** Sentence by field name. */
  errors: Record<string, string>;
}

/**
 * Turns what the person can mend into what the form shows: `catch (error) { const no = refusal(error); … }` and draw
 * the page with `no.status`. Anything else is thrown on.
 */
export function refusal(error: unknown): Refusal {
  if (!(error instanceof AppError) || error instanceof NoAccount) throw error;
  if (error.code === 'unauthorised' || error.code === 'not_found') throw error;
  const errors: Record<string, string> = {};
  for (const { field, message } of error.fields) errors[field] ??= message;
  return { status: error.status, problem: error.message, errors };
}

/** What the head of a form says: with sentences beside fields it only points at them. */
export function headProblem({ problem, errors }: Refusal): string {
  const count = Object.keys(errors).length;
  if (count === 0) return problem;
  return count === 1
    ? 'Nothing was saved: look at the marked field.'
    : `Nothing was saved: look at the ${count} marked fields.`;
}

export type FlashKind = 'good' | 'bad' | 'info';
export interface Flash {
  kind: FlashKind;
  text: string;
}

const FLASH = 'sp_flash';

/** One sentence for the next page this browser sees. */
export function setFlash(c: Context, kind: FlashKind, text: string): void {
  const value = Buffer.from(JSON.stringify([kind, text.slice(0, 400)])).toString('base64url');
  setCookie(c, FLASH, value, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 120 });
}

/** The waiting sentence, which is then gone. */
export function readFlash(c: Context): Flash | null {
  const value = getCookie(c, FLASH);
  if (value === undefined) return null;
  deleteCookie(c, FLASH, { path: '/' });
  try {
    const [kind, text] = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as unknown[];
    const known = (['good', 'bad', 'info'] as const).find((k) => k === kind);
    return known && typeof text === 'string' ? { kind: known, text } : null;
  } catch {
    return null;
  }
}
