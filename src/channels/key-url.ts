import { isIP } from 'node:net';
import { z } from 'zod';
import type { Field } from '../core/field.ts';
import { refuseAddress } from '../net/guard.ts';
import type { Place } from './channel.ts';

/**
 * An address that is a key: whoever has it can write to the chat. https, because plain http would show it to
 * everybody on the way; inside one's own network http is allowed. `refuse` is what the kind itself has against it.
 */
export function keyUrl(missing: string, example: string, refuse: (url: URL) => string | null = () => null) {
  return z
    .string(missing)
    .trim()
    .min(1, missing)
    .max(2_048, 'This is longer than any address: 2048 characters at most.')
    .superRefine((text, ctx) => {
      const sentence = text === '' ? null : fault(text, example, refuse);
      if (sentence !== null) ctx.addIssue({ code: 'custom', message: sentence });
    });
}

function fault(text: string, example: string, refuse: (url: URL) => string | null): string | null {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return `Paste the whole address, as ${example}.`;
  const url = new URL(text);
  if (url.username || url.password) return 'Put no user name or password into the address.';
  if (url.protocol === 'http:' && !isInside(url.hostname)) return 'It must begin with https://.';
  return refuse(url);
}

/** A name without a dot or a private address: the guard decides later whether it may be asked at all. */
function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0) return !host.includes('.');
  return refuseAddress(host, { allowPrivate: false, resolvers: [] }) !== null;
}

/** Where such an address leads: only its host may be shown. */
export function keyPlace(address: string): Place {
  const { href, host } = new URL(address);
  return { field: 'url', whole: href, shown: `${host}/…` };
}

/** What must not come back in an answer: the address, and the parts of it that look like keys. */
export function keysIn(address: string): string[] {
  const { href, pathname, search, searchParams } = new URL(address);
  const parts = [...pathname.split('/'), ...searchParams.values()];
  const keys = parts.filter((part) => part.length >= 16 || (part.length >= 8 && /\d/.test(part)));
  return [address, href, ...(pathname.length > 8 ? [pathname + search] : []), ...keys];
}

/** Its input. */
export function keyField(label: string, placeholder: string): Field {
  const help = 'Whoever has it can write to the channel, so it is never shown again.';
  return { name: 'url', label, type: 'password', secret: true, placeholder, help };
}

/** What kinds that are reached by such an address say of it. */
export const KEY_URL = {
  place: ({ url }: { url: string }) => keyPlace(url),
  secrets: ({ url }: { url: string }) => keysIn(url),
};
