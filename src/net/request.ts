import { Buffer } from 'node:buffer';
import { NetFailure } from './failure.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The framing and the connection are ours: a caller's value would let one request smuggle another. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Why this header cannot be sent, as a sentence, or null. */
export function refuseHeader(name: string, value: string): string | null {
  if (!TOKEN.test(name)) return `"${name.slice(0, 40)}" is not a header name.`;
  if (OURS.has(name.toLowerCase())) return `The header ${name} is set by the check itself.`;
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
    return `The value of ${name} has a line break or control character.`;
  return null;
}

/** The bytes of a request. Throws on anything `refuseHeader` refuses, whoever let it through. */
export function requestBytes(
  method: string,
  url: URL,
  headers: Iterable<[name: string, value: string]>,
  body: Buffer | null,
): Buffer | string {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`];
  const given = new Set<string>();
  for (const [name, value] of headers) {
    const refusal = refuseHeader(name, value);
    if (refusal) throw new NetFailure('internal', refusal);
    given.add(name.toLowerCase());
    lines.push(`${name}: ${value}`);
  }
  if (!given.has('host')) lines.splice(1, 0, `Host: ${url.host}`);
  if (!given.has('accept')) lines.push('Accept: */*');
  if (!given.has('accept-encoding')) lines.push('Accept-Encoding: gzip, deflate, br');
  if (body !== null || method === 'POST' || method === 'PUT' || method === 'PATCH') {
    lines.push(`Content-Length: ${body?.length ?? 0}`);
  }
  const head = `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`;
  if (body === null && /^[\u0000-\u007f]*$/.test(head)) return head;
  return Buffer.concat([Buffer.from(head, 'utf8'), body ?? Buffer.alloc(0)]);
}
