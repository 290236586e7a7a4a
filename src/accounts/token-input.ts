import { z } from '@hono/zod-openapi';
import { type Scope, SCOPES } from '../core/access.ts';
import { invalidField } from '../core/errors.ts';
import { DAY } from '../core/time.ts';
import { type Form, textOf } from '../web/forms.ts';

/** What each scope is good for, in a line. */
export const SCOPE_WORDS: Record<Scope, string> = {
  read: 'Sees monitors, results, incidents, channels, reports and status pages. Changes nothing.',
  write: 'Sees and changes all of that, as a member may.',
  ping: 'Reports that a job ran, for heartbeat monitors. Nothing else.',
  page: 'Sees and changes status pages, what is posted on them and their subscribers. Nothing else.',
};

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

export const TokenInput = z
  .object({
    name: z
      .string('Give it a name.')
      .transform((text) => text.replace(CONTROL, ' ').trim())
      .pipe(z.string().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.'))
      .openapi({ example: 'Deploy script' }),
    scopes: z
      .array(z.enum(SCOPES, `A scope is one of: ${SCOPES.join(', ')}.`), 'Choose what it may do.')
      .min(1, 'Choose what it may do.')
      .max(20, 'Name each scope once.')
      .transform((chosen) => SCOPES.filter((scope) => chosen.includes(scope))),
    expires_at: z
      .string('Write a time like 2027-01-31T00:00:00Z.')
      .pipe(z.iso.datetime({ offset: true, error: 'Write a time like 2027-01-31T00:00:00Z.' }))
      .nullish()
      .openapi({ description: 'When it stops working; never unless said.', example: '2027-01-31T00:00:00Z' }),
  })
  .strict()
  .openapi('ApiTokenInput');
export type TokenInput = z.infer<typeof TokenInput>;

/** What the form offers as the end of a token. */
export const EXPIRIES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'After a day I choose' },
  { value: 'never', label: 'Never' },
];

/** The form's fields as the schema reads them. A day chosen counts to its end in UTC; without one, `invalid`. */
export function inputOfForm(form: Form, now: number): unknown {
  const text = (name: string) => textOf(form, name).trim();
  const scopes = [form['scopes'] ?? []].flat().filter((scope) => scope !== '');
  return { name: text('name'), scopes, expires_at: expiryOf(text('expiry'), text('until'), now) };
}

function expiryOf(expiry: string, until: string, now: number): string | null {
  if (expiry === 'never') return null;
  if (expiry !== 'date' && EXPIRIES.some(({ value }) => value === expiry)) {
    return new Date(now + Number(expiry) * DAY).toISOString();
  }
  const day = /^\d{4}-\d\d-\d\d$/.test(until) ? Date.parse(`${until}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(day)) throw invalidField('expires_at', 'Choose the last day on which it works.');
  return new Date(day + DAY).toISOString();
}
