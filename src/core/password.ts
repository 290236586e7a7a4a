/** bcrypt reads no more than this; a longer one would share its hash with every password that starts alike (R-AU-9). */
const MOST_BYTES = 72;
const FEWEST = 8;

/** The same password typed on another keyboard gives the same bytes. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** Why a password cannot be taken, as a sentence; null when it can. */
export function passwordProblem(password: string): string | null {
  const normal = normalisePassword(password);
  if (Array.from(normal).length < FEWEST) return `Use at least ${FEWEST} characters.`;
  if (normal.includes('\u0000')) return 'A password cannot hold a NUL character.';
  if (new TextEncoder().encode(normal).length > MOST_BYTES) {
    return `That is too long: at most ${MOST_BYTES} bytes (about ${MOST_BYTES} Latin letters) are taken into account.`;
  }
  return null;
}

/** Stands where the hash would be of somebody who never chose a password. No password has this hash. */
export const NO_PASSWORD = '!';
