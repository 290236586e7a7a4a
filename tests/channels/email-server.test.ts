import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PermanentFailure, ReceiverAway, seal } from '../../src/channels/channel.ts';
import { email } from '../../src/channels/email.ts';
import { MASK, keepSecrets, maskConfig } from '../../src/core/secrets.ts';
import type { Outbound } from '../../src/net/guard.ts';
import { mint } from '../support/certificates.ts';
import { serveDns } from '../support/dns.ts';
import { alertOf, mailContext, parcelOf } from '../support/mail.ts';
import { serveRaw } from '../support/servers.ts';
import { type SmtpSink, type SmtpSinkOptions, smtpSink } from '../support/smtp.ts';

const PASSWORD = 'hunter2 is mine';
const LOGIN = { user: 'ops@acme.example', pass: PASSWORD };
const channel = seal(email);
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

async function sinkOf(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const sink = await smtpSink({ starttls: !options.secure, auth: LOGIN, ...options });
  open.push({ close: () => sink.stop() });
  return sink;
}

/** Settings of a channel whose own server is `sink`, as a form sends them. */
function settings(sink: { port: number }, given: Record<string, unknown> = {}): Record<string, unknown> {
  return channel.parseConfig({
    to: 'oncall@acme.example',
    smtp_server: 'localhost',
    smtp_port: String(sink.port),
    username: LOGIN.user,
    password: PASSWORD,
    from_email: 'monitoring@acme.example',
    use_tls: 'true',
    ...given,
  });
}

/** Sends one message; the installation's own server would be `installation`. */
async function send(config: Record<string, unknown>, outbound: Partial<Outbound> = {}, ms = 10_000): Promise<string> {
  const installation = {
    host: '127.0.0.1',
    port: 9,
    username: '',
    password: '',
    from: 'x@statusping.test',
    tls: false,
  };
  const context = mailContext(installation, { outbound, ms });
  open.push(context);
  return channel.send(parcelOf(alertOf(), { recipient: 'oncall@acme.example' }), config, context);
}

async function refusal(sent: Promise<unknown>): Promise<Error> {
  const error = await sent.then(
    () => new Error('it was sent'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('no error was thrown');
  expect(error.message).not.toContain(PASSWORD);
  return error;
}

describe('a mail server of the channel', () => {
  test('is logged in to over STARTTLS and sends from its own address, to anybody', async () => {
    const sink = await sinkOf();
    const config = settings(sink);
    expect(channel.server(config)).toBe('own');
    expect(await send(config, { authorities: [sink.certificate.cert] })).toBe('250 taken as 1');
    expect(sink.mails[0]).toMatchObject({
      secure: true,
      user: LOGIN.user,
      envelopeTo: ['oncall@acme.example'],
      from: { address: 'monitoring@acme.example' },
    });
    expect(sink.mails[0]?.messageId).toMatch(/^<dlv_\d+@acme\.example>$/);
  });

  test('speaks TLS from the first byte on port 465', async () => {
    const host = '127.46.5.1';
    const certificate = mint({ names: [host] });
    const sink = await sinkOf({ secure: true, host, port: 465, certificate });
    const config = settings(sink, { smtp_server: host });
    await send(config, { authorities: [certificate.cert] });
    expect(sink.mails[0]).toMatchObject({ secure: true, user: LOGIN.user });

    const error = await refusal(send(config));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(error.message).toBe('Your mail server cannot be reached. The certificate is signed by itself.');
  });

  test('with a certificate nobody vouches for gets neither password nor mail', async () => {
    const sink = await sinkOf();
    const error = await refusal(send(settings(sink)));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(error.message).toBe('Your mail server cannot be reached: its certificate is not to be trusted.');
    expect(sink.mails).toEqual([]);
  });

  test('with a certificate for another name is not trusted', async () => {
    const certificate = mint({ names: ['elsewhere.example'] });
    const sink = await sinkOf({ certificate });
    const error = await refusal(send(settings(sink), { authorities: [certificate.cert] }));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(sink.mails).toEqual([]);
  });

  test('that refuses the log-in is waited for, and the password stays out of the words', async () => {
    const sink = await sinkOf({ auth: { user: LOGIN.user, pass: 'another' } });
    const error = await refusal(send(settings(sink), { authorities: [sink.certificate.cert] }));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(error.message).toBe('Your mail server refused the log-in (535).');
  });

  test('that offers no log-in gets no mail although one is set', async () => {
    const sink = await smtpSink({ starttls: true });
    open.push({ close: () => sink.stop() });
    const error = await refusal(send(settings(sink), { authorities: [sink.certificate.cert] }));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(error.message).toBe('Your mail server offers no log-in on this connection.');
    expect(sink.mails).toEqual([]);
  });

  test('that offers no TLS gets nothing, unless that was chosen', async () => {
    const sink = await sinkOf({ starttls: false });
    const error = await refusal(send(settings(sink)));
    expect(error.message).toContain('STARTTLS');
    expect(sink.mails).toEqual([]);
    await send(settings(sink, { use_tls: 'false' }));
    expect(sink.mails[0]).toMatchObject({ secure: false, user: LOGIN.user });
  });

  test('that repeats the password in its answer is shown without it', async () => {
    const server = await serveRaw((socket) => {
      socket.write(`554 no, ${PASSWORD}, ${Buffer.from(PASSWORD).toString('base64')}\r\n`);
    });
    open.push(server);
    const error = await refusal(send(settings(server, { use_tls: 'false' })));
    expect(error.message).toBe('Your mail server does not take mail now: 554 no, ********, ********');
  });

  test('that is not there is named, for it is the customer’s own', async () => {
    const error = await refusal(send(settings({ port: 9 }, { smtp_server: '127.46.5.2' })));
    expect(error).toBeInstanceOf(ReceiverAway);
    expect(error.message).toBe('Your mail server cannot be reached. 127.46.5.2:9 refused the connection.');
  });

  test('that is silent is left at the deadline', async () => {
    const server = await serveRaw(() => undefined);
    open.push(server);
    const error = await refusal(send(settings(server), {}, 600));
    expect(error.message).toBe('Your mail server cannot be reached: it does not answer in time.');
  });

  test('refuses one address for good, and that row alone', async () => {
    const sink = await sinkOf({ behaviour: 'refuse' });
    const error = await refusal(send(settings(sink), { authorities: [sink.certificate.cert] }));
    expect(error).toBeInstanceOf(PermanentFailure);
    expect(error.message).toBe('550 5.1.1 no such mailbox here');
  });
});

describe('the guard', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', '10.0.0.25', '0x7f.1', '192.168.1.1', '[fd00::25]'])(
    'does not dial %s on the open internet',
    async (host) => {
      const sink = await sinkOf();
      const error = await refusal(send(settings(sink, { smtp_server: host }), { allowPrivate: false }));
      expect(error).toBeInstanceOf(PermanentFailure);
      expect(error.message).toMatch(/^Your mail server may not be contacted\. /);
      expect(sink.connections()).toBe(0);
    },
  );

  test.each(['169.254.169.254', '[fd00:ec2::254]', '0.0.0.0'])('never dials %s', async (host) => {
    const error = await refusal(send(settings({ port: 25 }, { smtp_server: host }), { allowPrivate: true }));
    expect(error).toBeInstanceOf(PermanentFailure);
  });

  test('judges what a name leads to, and dials that', async () => {
    const sink = await sinkOf();
    const dns = await serveDns((name, type) => (name === 'mail.evil.example' && type === 'A' ? ['127.0.0.1'] : []));
    open.push(dns);
    const config = settings(sink, { smtp_server: 'mail.evil.example' });
    const outbound = { allowPrivate: false, resolvers: [dns.address], authorities: [sink.certificate.cert] };
    const error = await refusal(send(config, outbound));
    expect(error).toBeInstanceOf(PermanentFailure);
    expect(sink.connections()).toBe(0);
    // Where private targets are allowed, the same name is dialled by the guarded answer, and its certificate judged by it.
    const again = await refusal(send(config, { ...outbound, allowPrivate: true }));
    expect(again.message).toContain('certificate');
    expect(sink.connections()).toBe(1);
  });

  test('a server without a log-in serves only where private targets are allowed', async () => {
    const sink = await smtpSink();
    open.push({ close: () => sink.stop() });
    const config = settings(sink, { username: '', password: '', use_tls: 'false' });
    const error = await refusal(send(config, { allowPrivate: false }));
    expect(error).toBeInstanceOf(PermanentFailure);
    expect(error.message).toContain('log-in');
    expect(sink.connections()).toBe(0);
    await send(config);
    expect(sink.mails).toHaveLength(1);
  });
});

describe('the settings', () => {
  const own = { to: 'a@b.example', smtp_server: 'smtp.b.example', from_email: 'a@b.example' };

  test('take addresses by the line, by commas or as a list, under either name', () => {
    expect(channel.parseConfig({ to: ' a@b.example\r\nc@d.example, e@f.example;\n' })).toEqual({
      to: ['a@b.example', 'c@d.example', 'e@f.example'],
    });
    expect(channel.parseConfig({ to_email: ['a@b.example'] })).toEqual({ to: ['a@b.example'] });
  });

  test('come back from the row as they were stored', () => {
    for (const given of [{ to: 'a@b.example' }, { ...own, smtp_port: '465', use_tls: ['false', 'true'] }]) {
      const stored = channel.parseConfig(given);
      expect(channel.parseConfig(structuredClone(stored))).toEqual(stored);
    }
    expect(channel.parseConfig(own)).toEqual({
      to: ['a@b.example'],
      smtp_server: 'smtp.b.example',
      smtp_port: 587,
      username: '',
      password: '',
      from_email: 'a@b.example',
      use_tls: true,
    });
  });

  test('drop everything of the own server with its name', () => {
    const blank = {
      smtp_server: '',
      smtp_port: '2525',
      username: ' ',
      password: PASSWORD,
      from_email: '',
      use_tls: 'on',
    };
    expect(channel.parseConfig({ to: 'a@b.example', ...blank })).toEqual({ to: ['a@b.example'] });
  });

  test('show the password never, and keep it when the mask comes back', () => {
    const stored = channel.parseConfig({ ...own, username: 'ops', password: PASSWORD });
    const shown = maskConfig(channel, stored);
    expect(JSON.stringify(shown)).not.toContain(PASSWORD);
    expect(shown['password']).toBe(MASK);
    expect(channel.parseConfig(keepSecrets(channel, shown, stored))).toEqual(stored);
    expect(channel.secrets(stored)).toEqual([PASSWORD]);
    expect(channel.place(stored).shown).toBe('a@b.example through smtp.b.example');
  });

  test.each([
    ['to', { to: '' }, 'Give at least one address.'],
    ['to', { to: 'a@b.example, A@B.example' }, '“A@B.example” is there twice.'],
    [
      'to',
      { to: 'Eve <a@b.example>' },
      '“Eve <a@b.example>” is not an e-mail address. Write one a line, without names.',
    ],
    [
      'to',
      { to: Array.from({ length: 21 }, (_, n) => `p${n}@b.example`) },
      'At most 20 addresses fit into one channel.',
    ],
    ['smtp_server', { ...own, smtp_server: 'smtp.b.example:587' }, 'Write only the name of the server'],
    ['smtp_server', { ...own, smtp_server: 'http://smtp.b.example/' }, 'Write only the name of the server'],
    ['smtp_server', { to: 'a@b.example', username: 'ops' }, 'Name your mail server'],
    ['smtp_port', { ...own, smtp_port: '70000' }, 'Must be a whole number from 1 to 65535.'],
    ['from_email', { ...own, from_email: '' }, 'Say which address your server sends from'],
    ['from_email', { ...own, from_email: 'Ops <a@b.example>' }, 'Say which address your server sends from'],
    ['password', { ...own, username: 'ops' }, 'Give the password for this user name.'],
    ['username', { ...own, password: PASSWORD }, 'Give the user name for this password.'],
    ['username', { ...own, username: 'ops\r\nQUIT', password: PASSWORD }, 'no line breaks'],
    ['use_tls', { ...own, use_tls: 'perhaps' }, 'Must be true or false.'],
    ['', { to: 'a@b.example', bcc: 'c@d.example' }, 'An e-mail channel has no setting named bcc.'],
  ])('refuse %s in %j', (field, given, sentence) => {
    const issues = issuesOf(given);
    expect(issues).toContainEqual([field, expect.stringContaining(sentence)]);
    expect(JSON.stringify(issues)).not.toContain(PASSWORD);
  });
});

function issuesOf(given: unknown): [string, string][] {
  try {
    channel.parseConfig(given);
    return [];
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return error.issues.map(({ path, message }) => [path.join('.'), message]);
  }
}
