import { isIP } from 'node:net';
import { z } from 'zod';
import { oneLine } from '../core/alert.ts';
import { flag, noSuchSetting, whole } from '../core/config-values.ts';
import { cleanEmail, emailKey } from '../core/email.ts';
import type { Field } from '../core/field.ts';

const MOST_RECIPIENTS = 20;
const SUBMISSION_PORT = 587;

/** Settings of an e-mail channel that is sent through the installation's mail server. */
type PlainEmail = { to: string[] };

/** Settings of one that has a mail server of its own. Without a log-in, `username` and `password` are ''. */
export type OwnServerEmail = PlainEmail & {
  smtp_server: string;
  smtp_port: number;
  username: string;
  password: string;
  from_email: string;
  use_tls: boolean;
};

export type EmailConfig = PlainEmail | OwnServerEmail;

/** Whether it goes through a mail server of the channel's own. */
export function hasOwnServer(config: EmailConfig): config is OwnServerEmail {
  return 'smtp_server' in config;
}

/** Null means that nothing was given, as in an API body that takes a setting away. */
const given = <T>(schema: z.ZodType<T>) => z.preprocess((value) => value ?? undefined, schema);

/** Text of an input: surrounding space gone, blank and null are ''. */
const text = (max: number) =>
  z.preprocess(
    (value) => value ?? '',
    z.string('Must be text.').trim().max(max, `Use at most ${max} characters.`).default(''),
  );

const raw = z.strictObject(
  {
    to: z.preprocess(
      (value) => (typeof value === 'string' ? value.split(/[\n,;]/) : value),
      z.array(z.string('Must be text.'), 'Give the addresses that get the mails.').max(200, 'These are too many.'),
    ),
    smtp_server: text(255),
    smtp_port: given(whole(1, 65_535, SUBMISSION_PORT)),
    username: text(320),
    // Kept as it is: a password may begin or end with a space.
    password: z.preprocess(
      (value) => value ?? '',
      z.string('Must be text.').max(1_000, 'Use at most 1000 characters.').default(''),
    ),
    from_email: text(254),
    use_tls: given(flag(true)),
  },
  {
    error: noSuchSetting('An e-mail channel'),
  },
);
type Raw = z.infer<typeof raw>;

/**
 * Config of an e-mail channel from a form, an API body or a stored row. `to` may be text, one address a line or between
 * commas; `to_email` is another name for it. Without `smtp_server` nothing of another server is kept.
 */
export const emailConfig: z.ZodType<EmailConfig> = z.preprocess(
  renamed,
  raw.transform((said, ctx): EmailConfig => {
    const refuse = (field: keyof Raw, message: string): void =>
      ctx.addIssue({ code: 'custom', path: [field], message });
    const to = recipientsOf(said.to, (message) => refuse('to', message));
    if (said.smtp_server === '') {
      if (said.username !== '' || said.from_email !== '') {
        refuse('smtp_server', 'Name your mail server, or leave its user name and sender blank too.');
      }
      return { to };
    }
    const server = hostName(said.smtp_server);
    const from = cleanEmail(said.from_email);
    if (server === null) refuse('smtp_server', 'Write only the name of the server, as smtp.example.com.');
    if (from === null) refuse('from_email', 'Say which address your server sends from, as alerts@example.com.');
    if (said.username === '' && said.password !== '') refuse('username', 'Give the user name for this password.');
    if (said.username !== '' && said.password === '') refuse('password', 'Give the password for this user name.');
    if (/[\p{Cc}\p{Cs}]/u.test(said.username + said.password)) {
      refuse('username', 'User name and password have no line breaks or control characters.');
    }
    return { ...said, to, smtp_server: server ?? '', from_email: from ?? '' };
  }),
);

function renamed(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('to_email' in input)) return input;
  const { to_email: to, ...rest } = input;
  return { ...rest, to };
}

function recipientsOf(given: string[], refuse: (message: string) => void): string[] {
  const lines = given.map((line) => line.trim()).filter((line) => line !== '');
  const to = new Map<string, string>();
  for (const line of lines) {
    const address = cleanEmail(line);
    const shown = oneLine(line, 80);
    if (address === null) refuse(`“${shown}” is not an e-mail address. Write one a line, without names.`);
    else if (to.has(emailKey(address))) refuse(`“${shown}” is there twice.`);
    else to.set(emailKey(address), address);
  }
  if (lines.length === 0) refuse('Give at least one address.');
  if (lines.length > MOST_RECIPIENTS) refuse(`At most ${MOST_RECIPIENTS} addresses fit into one channel.`);
  return [...to.values()];
}

/** The host as it is dialled: name in ASCII and lower case, or an IP address without brackets; null when it is none. */
function hostName(given: string): string | null {
  const bare = given.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 6) return bare.toLowerCase();
  if (/[\s/@?#\\:%[\]]/.test(given) || !URL.canParse(`http://${given}/`)) return null;
  const { hostname } = new URL(`http://${given}/`);
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(hostname) ? hostname : null;
}

/** Inputs of the form, those of a server of one's own folded away. */
export const emailFields: readonly Field[] = [
  {
    name: 'to',
    label: 'Addresses',
    type: 'textarea',
    placeholder: 'ops@example.com',
    help: `One a line, ${MOST_RECIPIENTS} at most. Each gets a mail of its own. They must be people of this account unless you use your own mail server.`,
  },
  {
    name: 'smtp_server',
    label: 'Your mail server',
    type: 'text',
    placeholder: 'smtp.example.com',
    help: 'Blank: mails go through the server of this installation.',
    advanced: true,
  },
  {
    name: 'smtp_port',
    label: 'Port',
    type: 'number',
    placeholder: String(SUBMISSION_PORT),
    help: `${SUBMISSION_PORT} unless you say otherwise. 465 speaks TLS from the first byte.`,
    advanced: true,
  },
  {
    name: 'from_email',
    label: 'Sender',
    type: 'text',
    placeholder: 'alerts@example.com',
    help: 'The address your server sends from.',
    advanced: true,
  },
  { name: 'username', label: 'User name', type: 'text', advanced: true },
  {
    name: 'password',
    label: 'Password',
    type: 'password',
    secret: true,
    help: 'Never shown again. With Gmail and most others it is an app password.',
    advanced: true,
  },
  {
    name: 'use_tls',
    label: 'Encryption',
    type: 'select',
    options: [
      { value: 'true', label: 'Only over TLS' },
      { value: 'false', label: 'None: mail and password travel in the clear' },
    ],
    advanced: true,
  },
];
