import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PermanentFailure, seal } from '../../src/channels/channel.ts';
import { email, sendAccountMail } from '../../src/channels/email.ts';
import type { AlertMessage } from '../../src/core/alert.ts';
import { alertOf, mailContext, NOON, parcelOf } from '../support/mail.ts';
import { type Mta, type StoredMail, startMta, whyNoMta } from '../support/mta.ts';

const channel = seal(email);
const absent = whyNoMta();

if (absent !== null) {
  test(`a real mail server was not tried: ${absent}`, () => {
    process.stderr.write(`mail was not tried against a real server: ${absent}\n`);
    expect(absent).toMatch(/OpenSMTPD/);
  });
}

describe.skipIf(absent !== null)('OpenSMTPD, as it stores what we send', () => {
  let mta: Mta;
  let context: ReturnType<typeof mailContext>;
  let sent = 0;

  beforeAll(async () => {
    mta = await startMta();
    const smtp = {
      host: '127.0.0.1',
      port: mta.port,
      username: '',
      password: '',
      from: 'alerts@statusping.test',
      tls: false,
    };
    context = mailContext(smtp);
  });

  afterAll(async () => {
    context.close();
    await mta.close();
  });

  /** Waits for one more mail than before and returns it, found by its key. */
  async function arrived(id: string): Promise<StoredMail> {
    sent += 1;
    const mails = await mta.stored(sent);
    const mail = mails.find(({ messageId }) => messageId?.startsWith(`<${id}@`));
    if (!mail) throw new Error(`${id} is not among ${mails.length} mails`);
    return mail;
  }

  async function deliver(alerts?: AlertMessage | AlertMessage[], recipient = 'alice@example.com') {
    const parcel = parcelOf(alerts, { recipient });
    const said = await channel.send(parcel, { to: [recipient] }, context);
    expect(said).toMatch(/^250 2\.0\.0 [0-9a-f]+ Message accepted for delivery$/);
    return arrived(parcel.id);
  }

  test('an alert is accepted and kept whole', async () => {
    const mail = await deliver(alertOf({ monitor: { name: 'Läden ✓ 日本' } }));
    expect(mail.box).toBe('alice');
    expect(mail.raw).toMatch(/^Return-Path: <alerts@statusping\.test>\n/);
    expect(mail.subject).toBe('Down: Läden ✓ 日本');
    expect(mail.from).toEqual({ name: 'StatusPing', address: 'alerts@statusping.test' });
    expect(mail.to).toEqual([{ name: '', address: 'alice@example.com' }]);
    expect(mail.inReplyTo).toBe('<inc_9@statusping.test>');
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Läden ✓ 日本 is down.');
      expect(part).toContain('https://status.example.com/a/token');
    }
  });

  test('a hostile name adds nothing', async () => {
    const evil = 'x\r\nBcc: victim@example.com\r\n\r\n.\r\nRCPT TO:<victim@example.com> =?utf-8?Q?=0D=0ACc=3A?=';
    const mail = await deliver(alertOf({ accountName: evil, monitor: { name: evil }, incident: { message: evil } }));
    const added = new Set(['return-path', 'delivered-to', 'received']);
    const keys = mail.headers.map(({ key }) => key).filter((key) => !added.has(key));
    const ours = 'from to subject date message-id in-reply-to references mime-version content-type auto-submitted';
    expect(new Set(keys)).toEqual(new Set([...ours.split(' '), 'precedence', 'x-auto-response-suppress']));
    expect(mail.to).toEqual([{ name: '', address: 'alice@example.com' }]);
    const boxes = (await mta.stored(sent)).map(({ box }) => box);
    expect(boxes).not.toContain('victim');
  });

  test('five hundred merged alerts are one mail that names them all', async () => {
    const many = Array.from({ length: 500 }, (_, n) =>
      alertOf({ monitor: { name: `Shop ${n + 1}.` }, incident: { id: `inc_${n}` } }),
    );
    const mail = await deliver(many);
    expect(many.filter(({ monitor }) => !(mail.text ?? '').includes(monitor.name))).toEqual([]);
    // Longer lines are not allowed in mail (RFC 5322, section 2.1.1).
    expect(Math.max(...mail.raw.split('\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  });

  test('a mail about a log-in', async () => {
    const link = 'https://status.example.com/verify/abc';
    const mail = { event: 'verify' as const, to: 'bob@example.com', at: NOON, data: { link } };
    await sendAccountMail(mail, { id: 'dlv_verify', now: NOON }, context);
    const stored = await arrived('dlv_verify');
    expect(stored.box).toBe('bob');
    expect(stored.html).toContain(`href="${link}"`);
  });

  test('an alert of a channel that has this server for its own', async () => {
    const parcel = parcelOf(alertOf(), { recipient: 'oncall@example.com' });
    const config = channel.parseConfig({
      to: 'oncall@example.com',
      smtp_server: 'localhost',
      smtp_port: mta.port,
      from_email: 'monitoring@acme.example',
      use_tls: false,
    });
    await channel.send(parcel, config, context);
    const mail = await arrived(parcel.id);
    expect(mail.box).toBe('oncall');
    expect(mail.raw).toMatch(/^Return-Path: <monitoring@acme\.example>\n/);
    expect(mail.from?.address).toBe('monitoring@acme.example');
  });

  test('a receiver it does not serve is refused for good', async () => {
    const parcel = parcelOf(alertOf(), { recipient: 'x@elsewhere.example' });
    const failed = channel.send(parcel, { to: ['x@elsewhere.example'] }, context);
    await expect(failed).rejects.toThrow(PermanentFailure);
    await expect(failed).rejects.toThrow('550 Invalid recipient: <x@elsewhere.example>');
  });
});
