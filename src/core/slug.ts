const SLUG_LENGTH = { min: 3, max: 40 } as const;

/** Names that are, or may become, addresses of ours, or that pretend to be us. */
const RESERVED = new Set(
  `about abuse account accounts admin administrator agent agents api app apps assets auth autoconfig badge badges billing
  blog business cdn channel channels changelog contact custom dashboard deliveries demo design dev docs domain domains
  download email embed error errors example export feed feeds free ftp health healthz heartbeat help history home host
  hostmaster http https imap import incident incidents index info internal invite ipv4 ipv6 js legal live localhost login
  logout mail maintenance me metrics monitor monitors news null official openapi owner page pages password ping pop3
  postmaster press pricing privacy pro public push register reset robots root rss security sales settings setup signin
  signout signup sitemap smtp ssl staff staging static status status-page status-pages statuspage statusping subscribe
  support system team teams terms test tests tls token tokens trust undefined unsubscribe user users verify void
  webhook webhooks webmaster well-known www xmlrpc`.split(/\s+/),
);

/** Letters of other alphabets that look like Latin ones: the common ones of Cyrillic and Greek, and dotless shapes. */
const LOOK_ALIKES: Record<string, string> = Object.fromEntries(
  [
    ['аɑα', 'a'],
    ['вЬьƄβ', 'b'],
    ['сϲ', 'c'],
    ['ԁɗ', 'd'],
    ['еёҽє', 'e'],
    ['ɡ', 'g'],
    ['һн', 'h'],
    ['іıɩι', 'i'],
    ['јϳ', 'j'],
    ['кκ', 'k'],
    ['ӏⅼ', 'l'],
    ['м', 'm'],
    ['п', 'n'],
    ['оοσøө', 'o'],
    ['рρ', 'p'],
    ['ԛ', 'q'],
    ['гг', 'r'],
    ['ѕ', 's'],
    ['тτ', 't'],
    ['υս', 'u'],
    ['ѵν', 'v'],
    ['ԝшω', 'w'],
    ['хχ', 'x'],
    ['уγү', 'y'],
    ['‐‑‒–—−_', '-'],
  ].flatMap(([from = '', to = '']) => Array.from(from, (sign) => [sign, to])),
);

/** The text with look-alikes, accents, capitals and full-width forms folded away: what will be in the address. */
export function foldSlug(text: string): string {
  const plain = text.trim().normalize('NFKC').toLowerCase();
  return Array.from(plain.normalize('NFKD').replace(/\p{M}/gu, ''), (sign) => LOOK_ALIKES[sign] ?? sign).join('');
}

/** Why a folded slug cannot be an address, as a sentence; null when its form is right. Says nothing about taken. */
export function slugProblem(slug: string): string | null {
  if (slug === '') return 'Choose an address for your page.';
  if (!/^[a-z0-9-]+$/.test(slug)) return 'Use letters a to z, digits and hyphens only.';
  if (slug.length < SLUG_LENGTH.min) return `Use at least ${SLUG_LENGTH.min} characters.`;
  if (slug.length > SLUG_LENGTH.max) return `Use at most ${SLUG_LENGTH.max} characters.`;
  if (slug.startsWith('-') || slug.endsWith('-')) return 'A hyphen cannot be first or last.';
  if (slug.includes('--')) return 'Use single hyphens.';
  return isReserved(slug) ? `"${slug}" is reserved.` : null;
}

/** Any text as something `slugProblem` accepts, for suggestions and for accounts made on the command line. */
export function slugFrom(text: string): string {
  const made = foldSlug(text)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH.max)
    .replace(/^-+|-+$/g, '');
  const long = made.length < SLUG_LENGTH.min ? `${made || 'my'}-site` : made;
  return isReserved(long) ? suffixed(long, 'site') : long;
}

/** Slugs near a refused one, best first; the caller keeps those that are free. */
export function suggestSlugs(text: string): string[] {
  const base = slugFrom(text);
  const suffixes = ['status', 'hq', 'web', ...Array.from({ length: 20 }, (_, i) => String(i + 2))];
  return [base, ...suffixes.map((suffix) => suffixed(base, suffix))].filter((slug) => slugProblem(slug) === null);
}

function suffixed(slug: string, suffix: string): string {
  return `${slug.slice(0, SLUG_LENGTH.max - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;
}

/** `adm1n` and `l0gin` pretend as well as `admin` does. */
function isReserved(slug: string): boolean {
  const skeleton = slug.replaceAll('0', 'o').replaceAll('5', 's');
  return [slug, skeleton.replaceAll('1', 'i'), skeleton.replaceAll('1', 'l')].some((word) => RESERVED.has(word));
}
