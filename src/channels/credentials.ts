import { z } from 'zod';

/** What a person pasted: forms repeat names and leave blanks, and a copied key has spaces around it. */
function pasted(value: unknown): unknown {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  if (typeof last !== 'string') return last ?? undefined;
  return last.trim() === '' ? undefined : last.trim();
}

/** A key, token or name that must be there. `wrong` says what one looks like. */
export function key(missing: string, shape: RegExp, wrong: string) {
  return z.preprocess(pasted, z.string(missing).regex(shape, wrong));
}

/** The same where it may be left out: null then. */
export function optionalKey(shape: RegExp, wrong: string) {
  return z.preprocess((value) => pasted(value) ?? null, z.string(wrong).regex(shape, wrong).nullable().default(null));
}

const address = z
  .string('Write a whole address, as https://example.com.')
  .max(2_048, 'This is longer than any address: 2048 characters at most.')
  .refine(
    (text) => /^https?:\/\/[^/]/i.test(text) && URL.canParse(text),
    'Write a whole address, as https://example.com.',
  )
  .refine((text) => {
    const url = URL.parse(text);
    return !url || (url.username === '' && url.password === '');
  }, 'Put no user name or password into the address.')
  .refine((text) => !/[?#]/.test(text), 'Leave out everything from the question mark or # on.')
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

/** Address of a server, without a slash at the end; blank is the preset. */
export function serverAddress(preset: string) {
  return z.preprocess(pasted, address.default(preset));
}

/** Address of a server that must be given. */
export function ownServer(missing: string) {
  return z.preprocess((value) => pasted(value) ?? '', z.string().min(1, missing).pipe(address));
}

/** Address of another server than the usual one, or null. */
export function otherServer() {
  return z.preprocess((value) => pasted(value) ?? null, address.nullable().default(null));
}

/** Shown last in forms: where requests go instead of the provider's own address. */
export function otherServerField(preset: string) {
  return {
    name: 'api_url',
    label: 'Server address',
    type: 'text',
    placeholder: preset,
    help: 'Only for another region or a server of your own.',
    advanced: true,
  } as const;
}

/** How a request shows who sends it: a token, a name with a password, or nothing. */
export interface Login {
  token: string | null;
  username: string | null;
  password: string | null;
}

/** The header of a login. Base64 and the shape of a token leave no room for a second header. */
export function authorization({ token, username, password }: Login): Record<string, string> {
  if (token !== null) return { Authorization: `Bearer ${token}` };
  if (username === null) return {};
  return { Authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

/** What of a login must not come back in an answer. */
export function loginSecrets(login: Login): string[] {
  const sent = authorization(login)['Authorization']?.split(' ')[1];
  return [login.token, login.password, sent].filter((secret) => typeof secret === 'string');
}

/** Enough of a key to tell two of them apart, too little to use it. */
export function keyEnd(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`;
}

/** The parts of a config that make up a login. */
export const login = {
  token: optionalKey(/^[\u0021-\u007e]{1,512}$/, 'A token has no spaces and at most 512 characters.'),
  username: optionalKey(/^[^:\p{Cc}]{1,200}$/u, 'A user name has no colon and at most 200 characters.'),
  password: optionalKey(/^[^\p{Cc}]{1,512}$/u, 'At most 512 characters, on one line.'),
};

/** The inputs of a login. */
export const loginFields = [
  {
    name: 'token',
    label: 'Access token',
    type: 'password',
    secret: true,
    help: 'Sent as a bearer token. Leave it empty when the server asks for none.',
  },
  { name: 'username', label: 'User name', type: 'text', help: 'Instead of a token.', advanced: true },
  { name: 'password', label: 'Password', type: 'password', secret: true, advanced: true },
] as const;
