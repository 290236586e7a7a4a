/** The address as a browser would write it when it is http, https or mailto and holds no credentials, else null. */
export function safeHref(address: string): string | null {
  if (!/^(https?:\/\/|mailto:)/i.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.username === '' && url.password === '' ? url.href : null;
}

/** `(address "title")` at the start of `text`: the address and how long the whole is. */
export function targetAt(text: string): { address: string; length: number } | null {
  if (text[0] !== '(') return null;
  let at = skipSpace(text, 1);
  const start = at;
  const angled = text[at] === '<';
  if (angled) {
    at = text.indexOf('>', at);
    if (at < 0) return null;
    at += 1;
  } else {
    at = endOfAddress(text, at);
  }
  const address = angled ? text.slice(start + 1, at - 1) : text.slice(start, at);
  at = skipSpace(text, at);
  const quote = text[at];
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, at + 1);
    if (end < 0) return null;
    at = skipSpace(text, end + 1);
  }
  return text[at] === ')' ? { address, length: at + 1 } : null;
}

/** Brackets inside must be in pairs; a space ends it. Compares codes, for hostile texts make this the longest loop. */
function endOfAddress(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x3c) break;
    if (code === 0x28) depth += 1;
    if (code === 0x29 && (depth -= 1) < 0) break;
  }
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n') at += 1;
  return at;
}

/** What ends a sentence, or closes a bracket that was opened outside, is not part of an address. */
export function withoutEnd(found: string): string {
  let end = found.length;
  let open = 0;
  for (const char of found) open += char === '(' ? 1 : char === ')' ? -1 : 0;
  for (; end > 0; end -= 1) {
    const last = found[end - 1] ?? '';
    if (last === ')' && open < 0) open += 1;
    else if (!/[.,;:!?'*_~\]}]/.test(last)) break;
  }
  return found.slice(0, end);
}
