/** Room is left for the name the proof stands under. */
const LONGEST = 240;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Never on the internet (RFC 6761 and its kin): nobody could prove to own a name below them. */
const SPECIAL = new Set([
  'localhost',
  'local',
  'localdomain',
  'internal',
  'lan',
  'test',
  'example',
  'invalid',
  'onion',
  'arpa',
  'alt',
]);
/** Second levels that registries of countries keep for themselves. */
const REGISTRY = /^(?:ac|co|com|edu|gob|gov|gouv|ltd|mil|ne|net|nom|or|org|plc)\.[a-z]{2}$/;

/**
 * A host as a person gives it, in the one spelling that DNS and browsers compare: ASCII, lower case, no dot at the end.
 * A whole address is cut to its host. Null when that is no text of a host.
 */
export function foldHost(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
    .replace(/\.$/, '');
  if (bare === '' || /[\s/?#@:[\]\\%_*]/.test(bare) || !URL.canParse(`http://${bare}/`)) return null;
  return new URL(`http://${bare}/`).hostname;
}

/**
 * Why a folded host cannot be a page's own domain, as a sentence; null when its form is right. `own` is the host of this
 * installation; `inside` lets names through that only a private network knows.
 */
export function hostProblem(host: string | null, own: string, inside: boolean): string | null {
  if (host === null) return 'Write a host name, such as status.example.com, without a path or a port.';
  if (/^[\d.]+$/.test(host)) return 'This is an address in numbers; a name is needed, such as status.example.com.';
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2) return 'A name needs a domain behind it, such as status.example.com.';
  if (host.length > LONGEST) return `Use at most ${LONGEST} characters.`;
  if (!labels.every((label) => LABEL.test(label))) {
    return 'Use letters, digits and hyphens between the dots, at most 63 each; a hyphen cannot be first or last.';
  }
  if (!/^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/.test(last)) return `There is no domain .${last}.`;
  if (host === own || host.endsWith(`.${own}`)) return 'This name belongs to StatusPing itself.';
  if (REGISTRY.test(host)) return `${host} is kept by its registry; use a name below it.`;
  if (SPECIAL.has(last) && !inside) return `Names under .${last} do not exist on the internet.`;
  return null;
}

/** The host of a `Host` header as names are compared: no port, no dot at the end, lower case. '' for no host at all. */
export function requestHost(header: string): string {
  const bare = header.startsWith('[') ? header.replace(/\]:\d*$/, ']') : header.replace(/:\d*$/, '');
  return bare.replace(/\.$/, '').toLowerCase();
}

/** Whether only this machine itself is called so. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
