import { z } from '@hono/zod-openapi';

/** What a person calls one of their keys. */
export const passkeyName = z
  .string('Give it a name.')
  .trim()
  .min(1, 'Give it a name.')
  .max(80, 'Use at most 80 characters.')
  .regex(/^\P{Cc}*$/u, 'Use letters, digits and signs only.');

const LONGEST_ID = 1_400;
const base64url = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[\w-]+$/);
const attachment = z.enum(['platform', 'cross-platform']);

const envelope = {
  id: base64url(LONGEST_ID),
  rawId: base64url(LONGEST_ID),
  type: z.literal('public-key'),
  authenticatorAttachment: attachment.nullish().catch(null),
};

/** What a browser hands over when a key was made; anything more than what is looked at is dropped. */
export const registrationInput = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: base64url(4_000),
    attestationObject: base64url(60_000),
    transports: z.array(z.string().max(40)).max(10).optional().catch(undefined),
  }),
});
export type Registration = z.infer<typeof registrationInput>;

/** What a browser hands over when a key has signed; its `userHandle` names whose it is. */
export const assertionInput = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: base64url(4_000),
    authenticatorData: base64url(8_000),
    signature: base64url(8_000),
    userHandle: base64url(200),
  }),
});
export type Assertion = z.infer<typeof assertionInput>;

const clientData = z.object({ challenge: base64url(200) });

/** The challenge a browser says it answers; null when there is none to read. It is believed only once the signature is. */
export function challengeOf(clientDataJSON: string): string | null {
  try {
    const text = Buffer.from(clientDataJSON, 'base64url').toString('utf8');
    return clientData.safeParse(JSON.parse(text)).data?.challenge ?? null;
  } catch {
    return null;
  }
}
