import { z } from 'zod';
import { AppError } from './errors.ts';
import { KEY } from './manifest.ts';

/** The mark of what a settings file made: its key in the file, and the fields the file decides. */
export const managed = z.object({ key: z.string(), fields: z.array(z.string()) });
export type Managed = z.infer<typeof managed>;

/** How a program says so. What is left out stays; a null key takes the mark away. */
export const managedInput = {
  managed_key: z
    .string('Must be text or null.')
    .regex(KEY, 'A key has small letters, digits and hyphens, 63 at most.')
    .nullable()
    .optional(),
  managed_fields: z
    .array(z.string('Must be text.').max(120, 'Use at most 120 characters.'), 'Must be a list of field names.')
    .max(100, 'Name at most 100 fields.')
    .transform((fields) => [...new Set(fields)])
    .optional(),
};

interface Row {
  managed_key: string | null;
  managed_fields: string[] | null;
}

/** The mark of a stored row. */
export function managedOf({ managed_key: key, managed_fields: fields }: Row): Managed | null {
  return key === null ? null : { key, fields: fields ?? [] };
}

/**
 * The columns after `input` over those of `before`: only what was sent changes. `isTaken` looks for another row of the
 * account with that key. Throws `AppError` `conflict` for a taken key, `invalid` for fields without a key.
 */
export async function managedAfter(
  input: { managed_key?: string | null | undefined; managed_fields?: string[] | undefined },
  before: Row,
  isTaken: (key: string) => Promise<boolean>,
): Promise<Row> {
  const key = input.managed_key === undefined ? before.managed_key : input.managed_key;
  if (key === null) {
    if (input.managed_key === undefined && input.managed_fields !== undefined) {
      throw refusal('invalid', 'Give the key these fields belong to.');
    }
    return { managed_key: null, managed_fields: null };
  }
  if (key !== before.managed_key && (await isTaken(key))) {
    throw refusal('conflict', `Something else of this account has the key "${key}" already.`);
  }
  return { managed_key: key, managed_fields: input.managed_fields ?? before.managed_fields ?? [] };
}

function refusal(code: 'invalid' | 'conflict', message: string): AppError {
  return new AppError(code, message, { fields: [{ field: 'managed_key', message }] });
}

/** What a form draws of it: the key, and each field the file decides by its name in the form. */
export function marksOf(row: Row | null): { key: string | null; fields: Partial<Record<string, true>> } {
  const fields = row?.managed_key ? (row.managed_fields ?? []) : [];
  return { key: row?.managed_key ?? null, fields: Object.fromEntries(fields.map((field) => [field, true as const])) };
}
