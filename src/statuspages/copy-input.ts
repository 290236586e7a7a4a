import { z } from '@hono/zod-openapi';
import type { PublishTarget } from '../core/page.ts';
import { MASK } from '../core/secrets.ts';

const word = (most: number, what: string) =>
  z.string(what).trim().min(1, what).max(most, `Use at most ${most} characters.`);

const Folder = z
  .object({
    kind: z.literal('folder'),
    folder: z
      .string('Name the folder.')
      .trim()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'Use letters a to z, digits and hyphens, 63 at most.')
      .openapi({ example: 'acme', description: 'Below `public-pages` in the data folder of the installation.' }),
  })
  .strict();

const Bucket = z
  .object({
    kind: z.literal('s3'),
    endpoint: word(300, 'Write the address of the storage.')
      .refine(isOrigin, 'Write scheme and host, as https://s3.eu-central-1.amazonaws.com, without a path.')
      .transform((text) => new URL(text).origin)
      .openapi({ type: 'string', example: 'https://s3.eu-central-1.amazonaws.com' }),
    region: word(40, 'Name the region.').regex(/^[a-z0-9-]+$/, 'A region looks like eu-central-1.'),
    bucket: word(63, 'Name the bucket.').regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'Bucket names are 3 to 63 letters a to z, digits, dots and hyphens.',
    ),
    prefix: z
      .string()
      .trim()
      .max(200, 'Use at most 200 characters.')
      .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/|$))*$/, 'Use folders such as status/acme.')
      .transform((text) => text.replace(/\/$/, ''))
      .default('')
      .openapi({ type: 'string', example: 'status/acme' }),
    access_key: word(128, 'Give the access key.').regex(/^[\w./+=@:-]+$/, 'This is no access key.'),
    secret_key: z
      .string()
      .trim()
      .max(200, 'Use at most 200 characters.')
      .default('')
      .openapi({ description: 'Never shown again; left out or masked, it stays as it was.' }),
  })
  .strict();

/** Where a page is copied to. */
export const CopyInput = z.discriminatedUnion('kind', [Folder, Bucket]).openapi('StatusPageCopyInput');
export type CopyInput = z.infer<typeof CopyInput>;

function isOrigin(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
}

/** The place as it is stored; a secret that was not given stays. Null when there is none to keep. */
export function targetFrom(input: CopyInput, before: PublishTarget | null): PublishTarget | null {
  if (input.kind === 'folder') return input;
  const given = input.secret_key !== '' && input.secret_key !== MASK ? input.secret_key : null;
  const secret_key = given ?? (before?.kind === 's3' ? before.secret_key : null);
  return secret_key === null ? null : { ...input, secret_key };
}

/** The place as it may be shown. */
export function maskTarget(target: PublishTarget | null): PublishTarget | null {
  return target?.kind === 's3' ? { ...target, secret_key: MASK } : target;
}
