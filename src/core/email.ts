/** Longest address the mail standards allow in an envelope (RFC 5321 section 4.5.3.1.3, without the brackets). */
const LONGEST = 254;
/**
 * Deliberately plain: one `@`, no spaces, no list characters, nothing that is not seen (controls, marks of writing
 * direction), a dot in the domain.
 */
const SHAPE = /^[^\s@<>(),;:"\\[\]\p{C}\p{Z}]+@[^\s@<>(),;:"\\[\]\p{C}\p{Z}]+\.[^\s@<>(),;:"\\[\]\p{C}\p{Z}.]{2,}$/u;
/** How mail headers write other characters: an address must not turn into another one when it is read. */
const ENCODED_WORD = '=?';

/** The address as it is kept: surrounding space gone. Null when it is none. */
export function cleanEmail(text: string): string | null {
  const email = text.trim().normalize('NFKC');
  return email.length <= LONGEST && SHAPE.test(email) && !email.includes('..') && !email.includes(ENCODED_WORD)
    ? email
    : null;
}

/** What uniqueness of an address means. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** What limits count: `A.b+news@x.org` and `a.b@x.org` are one mailbox (R-AU-2). */
export function mailboxKey(email: string): string {
  const key = emailKey(email);
  const at = key.lastIndexOf('@');
  if (at < 1) return key;
  return `${key.slice(0, at).replace(/\+.*$/, '')}${key.slice(at)}`;
}
