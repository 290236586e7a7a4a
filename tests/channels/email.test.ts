import { afterEach, describe, expect, test } from 'vitest';
import { PermanentFailure, ReceiverAway } from '../../src/channels/channel.ts';
import { createEmailChannel, type EmailChannel } from '../../src/channels/email.ts';
import type { AlertMessage } from '../../src/core/alert.ts';
import type { Deps } from '../../src/deps.ts';
import { mint } from '../support/certificates.ts';
import { serveRaw, type TestServer } from '../support/servers.ts';
import { type SmtpSink, type SmtpSinkOptions, smtpSink } from '../support/smtp.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const CONFIG = { to: 'alice@example.com' };
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

function channelTo(smtp: Deps['config']['smtp'], authorities: string[] = []): EmailChannel {
  const deps = { config: { smtp, baseUrl: 'https://status.example.com' }, outbound: { authorities } };
  const channel = createEmailChannel(deps as unknown as Pick<Deps, 'config' | 'outbound'>);
  open.push(channel);
  return channel;
}

async function sinkOf(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const sink = await smtpSink(options);
  open.push({ close: () => sink.stop() });
  return sink;
}

function alertOf(name = 'Shop', message = 'The server answered 503.'): AlertMessage {
  return {
    event: 'down',
    accountName: 'Acme',
    monitor: { id: 'mon_1', name, kind: 'http', target: 'https://shop.example/?a=1&b=<2>' },
    incident: { id: 'inc_9', reason: 'bad_status', message, startedAt: NOON, resolvedAt: null },
  };
}

let count = 0;
function outgoing(ms = 10_000) {
  count += 1;
  return { id: `dlv_${count}`, createdAt: NOON, now: NOON, signal: AbortSignal.timeout(ms) };
}

describe('the message', () => {
  test('has text and HTML, an id, a thread and the marks of an automatic mail', async () => {
    const sink = await sinkOf();
    const out = outgoing();
    const said = await channelTo(sink.smtp).alert(alertOf(), CONFIG, out);
    expect(said).toBe('250 taken as 1');
    const [mail] = sink.mails;
    const header = (key: string) => mail?.headers.find((h) => h.key === key)?.value;
    expect(mail?.from).toMatchObject({ name: 'StatusPing', address: 'alerts@statusping.test' });
    expect(mail?.to).toMatchObject([{ address: 'alice@example.com' }]);
    expect(mail?.messageId).toBe(`<${out.id}@statusping.test>`);
    expect(header('references')).toBe('<inc_9@statusping.test>');
    expect(header('in-reply-to')).toBe('<inc_9@statusping.test>');
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('precedence')).toBe('bulk');
    expect(mail?.date).toBe(new Date(NOON).toISOString());
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Shop is down.');
      expect(part).toContain('The server answered 503.');
      expect(part).toContain('https://status.example.com/incidents/inc_9');
    }
    expect(mail?.html).toContain('a=1&amp;b=&lt;2&gt;');
    expect(mail?.text).toContain('https://shop.example/?a=1&b=<2>');
  });

  test.each([
    ['a header', 'x\r\nBcc: victim@example.org'],
    ['a second message', 'x\r\n.\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nhello\r\n.'],
    ['a folded header', 'x\r\n\tX-Evil: 1'],
    ['an encoded word', '=?utf-8?Q?x=0D=0ABcc=3A_victim=40example.org?='],
    ['NUL and angle brackets', '\u0000<victim@example.org>,'],
    ['markup', '<img src=x onerror=alert(1)><% throw 1 %>'],
  ])('a name cannot add %s', async (_name, name) => {
    const sink = await sinkOf();
    await channelTo(sink.smtp).alert(alertOf(name, name), CONFIG, outgoing());
    expect(sink.mails).toHaveLength(1);
    const [mail] = sink.mails;
    expect(mail?.envelopeTo).toEqual(['alice@example.com']);
    const keys = mail?.headers.map(({ key }) => key) ?? [];
    expect(keys).not.toContain('bcc');
    expect(keys).not.toContain('x-evil');
    expect(new Set(keys).size).toBe(keys.length);
    expect(mail?.html).not.toContain('<img');
    expect(mail?.subject).toMatch(/^Down: /);
  });

  test.each(['a@b.example, victim@example.org', 'Eve <a@b.example>', 'a@b.example\r\nDATA', 'nobody', ''])(
    'the address %j is refused before anything is sent',
    async (to) => {
      const sink = await sinkOf();
      const sent = channelTo(sink.smtp).alert(alertOf(), { to }, outgoing());
      await expect(sent).rejects.toThrow(PermanentFailure);
      expect(sink.connections()).toBe(0);
    },
  );
});

describe('the conversation', () => {
  test('STARTTLS and a log-in, both used', async () => {
    const sink = await sinkOf({ starttls: true, auth: { user: 'alerts', pass: 'an app password' } });
    await channelTo(sink.smtp, [sink.certificate.cert]).alert(alertOf(), CONFIG, outgoing());
    expect(sink.mails[0]).toMatchObject({ secure: true, user: 'alerts' });
  });

  test('a certificate nobody vouches for ends it before the log-in', async () => {
    const sink = await sinkOf({ starttls: true, auth: { user: 'alerts', pass: 'x' } });
    const sent = channelTo(sink.smtp).alert(alertOf(), CONFIG, outgoing());
    await expect(sent).rejects.toThrow('The mail server cannot be reached: its certificate is not to be trusted.');
    expect(sink.mails).toEqual([]);
  });

  test('a certificate for another name ends it too', async () => {
    const certificate = mint({ names: ['elsewhere.example'] });
    const sink = await sinkOf({ starttls: true, certificate });
    const sent = channelTo(sink.smtp, [certificate.cert]).alert(alertOf(), CONFIG, outgoing());
    await expect(sent).rejects.toThrow(ReceiverAway);
  });

  test('TLS asked for and not offered: nothing is sent in the clear', async () => {
    const sink = await sinkOf();
    const sent = channelTo({ ...sink.smtp, tls: true }).alert(alertOf(), CONFIG, outgoing());
    await expect(sent).rejects.toThrow('STARTTLS');
    expect(sink.mails).toEqual([]);
  });

  test('SMTP_USE_TLS=false means the clear, whatever the server offers', async () => {
    const sink = await sinkOf({ starttls: true });
    await channelTo({ ...sink.smtp, tls: false }).alert(alertOf(), CONFIG, outgoing());
    expect(sink.mails[0]).toMatchObject({ secure: false });
  });

  test('a server that ends a kept conversation as the next message begins is asked again at once', async () => {
    const sink = await sinkOf({ behaviour: 'leave' });
    const channel = channelTo(sink.smtp);
    await channel.alert(alertOf('One'), CONFIG, outgoing());
    await channel.alert(alertOf('Two'), CONFIG, outgoing());
    expect(sink.mails.map(({ subject }) => subject)).toEqual(['Down: One', 'Down: Two']);
    expect(sink.connections()).toBe(2);
  });

  test('one conversation carries many messages, and a fresh one follows when the server ended it', async () => {
    const sink = await sinkOf();
    const channel = channelTo(sink.smtp);
    for (let i = 0; i < 3; i += 1) await channel.alert(alertOf(), CONFIG, outgoing());
    expect(sink.connections()).toBe(1);
    sink.hangUp();
    await channel.alert(alertOf(), CONFIG, outgoing());
    expect(sink.connections()).toBe(2);
    expect(sink.mails).toHaveLength(4);
  });

  test.each([
    ['a greeting of 421', 'busy', ReceiverAway],
    ['450 for the address', 'defer', Error],
    ['550 for the address', 'refuse', PermanentFailure],
    ['554 for the message', 'reject', PermanentFailure],
  ] as const)('%s', async (_name, behaviour, kind) => {
    const sink = await sinkOf({ behaviour });
    const error = await channelTo(sink.smtp)
      .alert(alertOf(), CONFIG, outgoing())
      .catch((e: unknown) => e);
    expect((error as Error).constructor).toBe(kind);
  });

  test.each([
    [
      'that never answers the message',
      'handed the message and gave no answer in time',
      async () => {
        const sink = await sinkOf({ behaviour: 'hang' });
        return sink.smtp;
      },
    ],
    [
      'that accepts and says nothing',
      'cannot be reached: it does not answer in time',
      async () => {
        const silent = await serveRaw(() => undefined);
        open.push(silent);
        return smtpOf(silent);
      },
    ],
    [
      'that drips its greeting',
      'cannot be reached: it does not answer in time',
      async () => {
        const dripping = await serveRaw((socket) => {
          const drip = setInterval(() => socket.write('2'), 50);
          socket.on('close', () => clearInterval(drip));
        });
        open.push(dripping);
        return smtpOf(dripping);
      },
    ],
  ])('a server %s is left at the deadline', async (_name, sentence, start) => {
    const smtp = await start();
    const sent = channelTo(smtp).alert(alertOf(), CONFIG, outgoing(600));
    await expect(sent).rejects.toThrow(sentence);
  });
});

function smtpOf({ port }: TestServer): Deps['config']['smtp'] {
  return { host: '127.0.0.1', port, username: '', password: '', from: 'alerts@statusping.test', tls: false };
}
