import { afterEach, describe, expect, test } from 'vitest';
import { MessageRefused, PermanentFailure, ReceiverAway, type SendContext, seal } from '../../src/channels/channel.ts';
import { email, sendAccountMail } from '../../src/channels/email.ts';
import type { AccountMail } from '../../src/core/account-mail.ts';
import { oneLine } from '../../src/core/alert.ts';
import { MINUTE } from '../../src/core/time.ts';
import { mint } from '../support/certificates.ts';
import { alertOf, mailContext, NOON, parcelOf } from '../support/mail.ts';
import { serveRaw, type TestServer } from '../support/servers.ts';
import { type ReceivedMail, type SmtpSink, type SmtpSinkOptions, smtpSink } from '../support/smtp.ts';

const CONFIG = { to: ['alice@example.com'] };
const channel = seal(email);
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

async function sinkOf(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const sink = await smtpSink(options);
  open.push({ close: () => sink.stop() });
  return sink;
}

function through(smtp: SendContext['config']['smtp'], options: Parameters<typeof mailContext>[1] = {}) {
  const context = mailContext(smtp, options);
  open.push(context);
  return context;
}

/** Sends one message and returns it as a mail reader sees it. */
async function received(parcel = parcelOf()): Promise<ReceivedMail> {
  const sink = await sinkOf();
  await channel.send(parcel, CONFIG, through(sink.smtp));
  const [mail, ...others] = sink.mails;
  if (!mail || others.length > 0) throw new Error(`${sink.mails.length} mails came`);
  return mail;
}

function headerOf(mail: ReceivedMail, key: string): string | undefined {
  return mail.headers.find((header) => header.key === key)?.value;
}

describe('the message', () => {
  test('has text and HTML, an id, a thread and the marks of an automatic mail', async () => {
    const sink = await sinkOf();
    const parcel = parcelOf();
    expect(await channel.send(parcel, CONFIG, through(sink.smtp))).toBe('250 taken as 1');
    const [mail] = sink.mails;
    if (!mail) throw new Error('nothing came');
    expect(mail.from).toMatchObject({ name: 'StatusPing', address: 'alerts@statusping.test' });
    expect(mail.to).toMatchObject([{ address: 'alice@example.com' }]);
    expect(mail.messageId).toBe(`<${parcel.id}@statusping.test>`);
    expect(headerOf(mail, 'references')).toBe('<inc_9@statusping.test>');
    expect(headerOf(mail, 'in-reply-to')).toBe('<inc_9@statusping.test>');
    expect(headerOf(mail, 'auto-submitted')).toBe('auto-generated');
    expect(headerOf(mail, 'precedence')).toBe('bulk');
    expect(mail.date).toBe(new Date(NOON).toISOString());
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Shop is down.');
      expect(part).toContain('The server answered 503.');
      expect(part).toContain('https://status.example.com/incidents/inc_9');
    }
    expect(mail.html).toContain('a=1&amp;b=&lt;2&gt;');
    expect(mail.text).toContain('https://shop.example/?a=1&b=<2>');
  });

  test('leads to where it is acknowledged, says who gets it and where that is changed', async () => {
    const mail = await received();
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('https://status.example.com/a/token');
      expect(part).toContain('because this address receives the alerts of Acme.');
      expect(part).toContain('https://status.example.com/channels');
    }
    const solved = await received(parcelOf(alertOf({ event: 'up' }), { acknowledge: null }));
    expect(`${solved.text}${solved.html}`).not.toContain('cknowledge');
  });

  test('says in both parts that it is late', async () => {
    const mail = await received(parcelOf(alertOf(), { now: NOON + 90 * MINUTE }));
    for (const part of [mail.text, mail.html]) expect(part).toContain('This message is late');
    expect(mail.date).toBe(new Date(NOON + 90 * MINUTE).toISOString());
  });

  test('keeps its id over every try', async () => {
    const sink = await sinkOf();
    const parcel = parcelOf();
    for (const minutes of [0, 10]) {
      await channel.send({ ...parcel, now: NOON + minutes * MINUTE }, CONFIG, through(sink.smtp));
    }
    expect(sink.mails.map(({ messageId }) => messageId)).toEqual(Array(2).fill(`<${parcel.id}@statusping.test>`));
  });

  test('goes to the one recipient of the row, whoever else the channel has', async () => {
    const sink = await sinkOf();
    const config = channel.parseConfig({ to: 'alice@example.com, bob@example.com\ncarol@example.com' });
    expect(channel.recipients(config)).toEqual(['alice@example.com', 'bob@example.com', 'carol@example.com']);
    await channel.send(parcelOf(alertOf(), { recipient: 'bob@example.com' }), config, through(sink.smtp));
    expect(sink.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['bob@example.com']]);
    expect(sink.mails[0]?.raw).not.toMatch(/alice|carol/);
  });
});

describe('merged alerts', () => {
  const downs = (many: number) =>
    Array.from({ length: many }, (_, n) =>
      alertOf({ monitor: { name: `Shop ${n + 1}.` }, incident: { id: `inc_${n + 1}`, message: `Answered ${n}.` } }),
    );

  test('are a list in both parts, each with its state, reason and page; the worst come first', async () => {
    const up = alertOf({
      event: 'up',
      monitor: { name: 'Blog' },
      incident: { id: 'inc_up', resolvedAt: NOON + MINUTE },
    });
    const mail = await received(parcelOf([up, ...downs(2)]));
    expect(mail.subject).toContain('2 monitors are down');
    for (const part of [mail.text ?? '', mail.html ?? '']) {
      for (const said of ['Shop 1.', 'Answered 0.', '/incidents/inc_1', 'Shop 2.', '/incidents/inc_2', 'Up again']) {
        expect(part).toContain(said);
      }
      expect(part.lastIndexOf('Blog')).toBeGreaterThan(part.lastIndexOf('Shop 2.'));
    }
  });

  test('belong to a thread only when all are of one incident', async () => {
    const mixed = await received(parcelOf(downs(2)));
    expect(headerOf(mixed, 'in-reply-to')).toBeUndefined();
    expect(headerOf(mixed, 'references')).toBeUndefined();
    const one = await received(
      parcelOf([alertOf(), alertOf({ event: 'up', incident: { resolvedAt: NOON + MINUTE } })]),
    );
    expect(headerOf(one, 'in-reply-to')).toBe('<inc_9@statusping.test>');
  });

  test('are all named however many there are, and the mail stays readable', async () => {
    const mail = await received(parcelOf(downs(500)));
    for (const part of [mail.text ?? '', mail.html ?? '']) {
      const missing = downs(500).filter(({ monitor }) => !part.includes(monitor.name));
      expect(missing).toEqual([]);
      expect(part.match(/\/incidents\/inc_/g)).toHaveLength(100);
      expect(part.toLowerCase()).toContain('and 400 more:');
    }
    expect(Buffer.byteLength(mail.html ?? '')).toBeLessThan(102_400);
  });
});

describe('hostile words (R-EM-1)', () => {
  test.each([
    ['a header', 'x\r\nBcc: victim@example.org'],
    ['a header by a bare CR or LF', 'x\rBcc: victim@example.org\nCc: victim@example.org'],
    ['a second message', 'x\r\n.\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nhello\r\n.'],
    ['a folded header', 'x\r\n\tX-Evil: 1'],
    ['an encoded word', '=?utf-8?Q?x=0D=0ABcc=3A_victim=40example.org?='],
    ['NUL, commas, quotes and angle brackets', '\u0000"Eve" <victim@example.org>, <b@example.org>;'],
    ['Unicode line ends', 'x\u2028Bcc: victim@example.org\u2029\u0085Cc: victim@example.org'],
    ['another writing direction', 'shop\u202egro.elpmaxe\u202c \u2066x\u2069'],
    ['markup', '<img src=x onerror=alert(1)><% throw 1 %>'],
    ['a boundary', '\r\n--\r\nContent-Type: text/html\r\n\r\n<b>evil</b>'],
  ])('cannot add %s', async (_name, evil) => {
    const one = alertOf({ accountName: evil, monitor: { name: evil, target: evil }, incident: { message: evil } });
    const other = alertOf({ accountName: evil, monitor: { name: `${evil}2` }, incident: { id: 'inc_2' } });
    for (const parcel of [parcelOf(one), parcelOf([one, other])]) {
      const mail = await received(parcel);
      expect(mail.envelopeTo).toEqual(['alice@example.com']);
      expect(mail.to).toEqual([{ address: 'alice@example.com', name: '' }]);
      const [head = ''] = mail.raw.split('\r\n\r\n');
      const names = head
        .replace(/\r\n[ \t]/g, ' ')
        .split('\r\n')
        .map((line) => line.split(':')[0]?.toLowerCase());
      const thread = parcel.alerts.length === 1 ? ['in-reply-to', 'references'] : [];
      expect(names).toHaveLength(HEADERS.length + thread.length);
      expect(new Set(names)).toEqual(new Set([...HEADERS, ...thread]));
      expect(head).not.toMatch(/[\u0000\u0080-\uffff]|\r(?!\n)|(?<!\r)\n/);
      expect(mail.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(mail.subject).toBe(oneLine(parcel.words.subject, 1_000));
      expect(mail.html).not.toContain('<img');
      expect(mail.html).not.toContain('<b>evil');
      expect(mail.attachments).toEqual([]);
    }
  });

  test.each([
    'a@b.example, victim@example.org',
    'Eve <a@b.example>',
    'a@b.example\r\nDATA',
    'a@b.example\u0000',
    '"a b"@b.example',
    'a@b.example> ORCPT=rfc822;victim@example.org',
    'a\u202ec@b.example',
    '=?utf-8?Q?victim=40example.org=2C?=@b.example',
    'nobody',
    '',
    null,
  ])('the recipient %j is refused before anything is sent', async (recipient) => {
    const sink = await sinkOf();
    const sent = channel.send(parcelOf(alertOf(), { recipient }), CONFIG, through(sink.smtp));
    await expect(sent).rejects.toThrow(PermanentFailure);
    expect(sink.connections()).toBe(0);
  });

  test('a channel that was switched off is told of in words of our own', async () => {
    const sink = await sinkOf();
    const evil = 'Ops\r\nBcc: victim@example.org <b>';
    const mail: AccountMail = {
      event: 'channel_disabled',
      to: 'owner@example.com',
      at: NOON,
      data: {
        channelName: evil,
        reason: '410 Gone: <b>moved</b>\r\naway',
        link: 'https://status.example.com/channels/chn_1',
      },
    };
    await sendAccountMail(mail, { id: 'dlv_off', now: NOON }, through(sink.smtp));
    const [got] = sink.mails;
    expect(got?.envelopeTo).toEqual(['owner@example.com']);
    expect(got?.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(got?.subject).toBe('Alert channel switched off: Ops Bcc: victim@example.org <b>');
    expect(got?.text).toContain('410 Gone: <b>moved</b> away');
    expect(got?.html).toContain('&lt;b&gt;moved&lt;/b&gt;');
    expect(got?.html).toContain('href="https://status.example.com/channels/chn_1"');
  });
});

const HEADERS = [
  'from',
  'to',
  'subject',
  'message-id',
  'date',
  'auto-submitted',
  'precedence',
  'x-auto-response-suppress',
  'content-type',
  'mime-version',
];

describe('the conversation', () => {
  test('STARTTLS and a log-in, both used', async () => {
    const sink = await sinkOf({ starttls: true, auth: { user: 'alerts', pass: 'an app password' } });
    const context = through(sink.smtp, { outbound: { authorities: [sink.certificate.cert] } });
    await channel.send(parcelOf(), CONFIG, context);
    expect(sink.mails[0]).toMatchObject({ secure: true, user: 'alerts' });
  });

  test('a certificate nobody vouches for ends it before the log-in', async () => {
    const sink = await sinkOf({ starttls: true, auth: { user: 'alerts', pass: 'x' } });
    const sent = channel.send(parcelOf(), CONFIG, through(sink.smtp));
    await expect(sent).rejects.toThrow('The mail server cannot be reached: its certificate is not to be trusted.');
    expect(sink.mails).toEqual([]);
  });

  test('a certificate for another name ends it too', async () => {
    const certificate = mint({ names: ['elsewhere.example'] });
    const sink = await sinkOf({ starttls: true, certificate });
    const context = through(sink.smtp, { outbound: { authorities: [certificate.cert] } });
    await expect(channel.send(parcelOf(), CONFIG, context)).rejects.toThrow(ReceiverAway);
  });

  test('TLS asked for and not offered: nothing is sent in the clear', async () => {
    const sink = await sinkOf();
    const sent = channel.send(parcelOf(), CONFIG, through({ ...sink.smtp, tls: true }));
    await expect(sent).rejects.toThrow('STARTTLS');
    expect(sink.mails).toEqual([]);
  });

  test('SMTP_USE_TLS=false means the clear, whatever the server offers', async () => {
    const sink = await sinkOf({ starttls: true });
    await channel.send(parcelOf(), CONFIG, through({ ...sink.smtp, tls: false }));
    expect(sink.mails[0]).toMatchObject({ secure: false });
  });

  test('a server that ends a kept conversation as the next message begins is asked again at once', async () => {
    const sink = await sinkOf({ behaviour: 'leave' });
    const context = through(sink.smtp);
    await channel.send(parcelOf(alertOf({ monitor: { name: 'One' } })), CONFIG, context);
    await channel.send(parcelOf(alertOf({ monitor: { name: 'Two' } })), CONFIG, context);
    expect(sink.mails.map(({ subject }) => subject)).toEqual(['Down: One', 'Down: Two']);
    expect(sink.connections()).toBe(2);
  });

  test('one conversation carries many messages, and a fresh one follows when the server ended it', async () => {
    const sink = await sinkOf();
    const context = through(sink.smtp);
    for (let i = 0; i < 3; i += 1) await channel.send(parcelOf(), CONFIG, context);
    expect(sink.connections()).toBe(1);
    sink.hangUp();
    await channel.send(parcelOf(), CONFIG, context);
    expect(sink.connections()).toBe(2);
    expect(sink.mails).toHaveLength(4);
  });

  test.each([
    ['a greeting of 421', 'busy', ReceiverAway],
    ['450 for the address', 'defer', Error],
    ['550 for the address', 'refuse', PermanentFailure],
    ['554 for the message', 'reject', MessageRefused],
  ] as const)('%s', async (_name, behaviour, kind) => {
    const sink = await sinkOf({ behaviour });
    const error = await channel.send(parcelOf(), CONFIG, through(sink.smtp)).catch((e: unknown) => e);
    expect((error as Error).constructor).toBe(kind);
  });

  test('an address that is refused takes no other with it', async () => {
    const sink = await sinkOf();
    sink.behave((to) => (to.startsWith('gone') ? 'refuse' : 'accept'));
    const config = { to: ['gone@example.com', 'alice@example.com'] };
    const context = through(sink.smtp);
    const lost = channel.send(parcelOf(alertOf(), { recipient: 'gone@example.com' }), config, context);
    await expect(lost).rejects.toThrow('550 5.1.1 no such mailbox here');
    await channel.send(parcelOf(), config, context);
    expect(sink.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['alice@example.com']]);
  });

  test.each([
    [
      'that never answers the message',
      'handed the message and gave no answer in time',
      async () => (await sinkOf({ behaviour: 'hang' })).smtp,
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
    await expect(channel.send(parcelOf(), CONFIG, through(smtp, { ms: 600 }))).rejects.toThrow(sentence);
  });
});

function smtpOf({ port }: TestServer): SendContext['config']['smtp'] {
  return { host: '127.0.0.1', port, username: '', password: '', from: 'alerts@statusping.test', tls: false };
}
