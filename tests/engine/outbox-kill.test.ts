import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { LEASE_MS } from '../../src/core/backoff.ts';
import { type OutboxWorld, outboxWorld } from '../support/outbox-world.ts';
import { type SmtpSink, smtpSink } from '../support/smtp.ts';

// R-AL-9 with a real process, a real kill -9 and a real mail server. Each point of death: nothing lost, one copy more at most.

const CHILD = resolve(import.meta.dirname, '../support/outbox-child.ts');
let world: OutboxWorld;
let sink: SmtpSink;

afterEach(async () => {
  await world.close();
  await sink.stop();
});

async function arrange(behaviour: 'accept' | 'hang'): Promise<void> {
  sink = await smtpSink({ behaviour });
  world = await outboxWorld(sink.smtp, { clockAt: Date.now() });
  const no = await world.addMonitor();
  await world.enqueue('down', no);
  await world.enqueue('up', no);
}

function startChild(mode = ''): ChildProcess {
  const args = ['--import', 'tsx', CHILD, world.path, String(sink.port), mode];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The next process, some time later: everything arrives, in order, and nothing twice beyond the copies known. */
async function expectRest(copiesOfDown: number): Promise<void> {
  sink.behave('accept');
  // The dead process lived by the real clock; its lease ends on that one.
  world.clock.advance(Date.now() - world.clock.now() + LEASE_MS);
  await world.open().tick();
  const subjects = sink.mails.map(({ subject }) => subject?.split(':')[0]);
  expect(subjects).toEqual([...Array.from({ length: copiesOfDown }, () => 'Down'), 'Up again']);
  const ids = new Set(sink.mails.map(({ messageId }) => messageId));
  expect(ids.size).toBe(2);
  expect((await world.rows()).map(({ state }) => state)).toEqual(['sent', 'sent']);
}

test('killed between the commit and the first send', async () => {
  await arrange('accept');
  await expectRest(1);
});

test('killed while the message is handed over', async () => {
  await arrange('hang');
  const child = startChild();
  await sink.waitFor(1);
  await kill(child);
  await expectRest(2);
});

test('killed between the send and the record of it', async () => {
  await arrange('accept');
  const child = startChild('never-record');
  if (!child.stdout) throw new Error('the child has no output');
  await once(child.stdout, 'data');
  await kill(child);
  await expectRest(2);
});

test('killed between the send of a merged message and the record of it: the same one again, and nothing besides', async () => {
  sink = await smtpSink();
  world = await outboxWorld(sink.smtp, { clockAt: Date.now() });
  for (let i = 0; i < 7; i += 1) await world.enqueue('down', await world.addMonitor(`Shop ${i}`));
  const child = startChild('never-record');
  if (!child.stdout) throw new Error('the child has no output');
  await once(child.stdout, 'data');
  await kill(child);
  await world.enqueue('down', await world.addMonitor('Later'));
  world.clock.advance(Date.now() - world.clock.now() + LEASE_MS);
  await world.open().tick();
  const [first, ...rest] = sink.mails;
  expect(first?.subject).toContain('7 monitors are down');
  const copies = rest.filter(({ messageId }) => messageId === first?.messageId);
  expect(copies.map(({ subject }) => subject)).toEqual([first?.subject]);
  expect(rest.filter((mail) => !copies.includes(mail)).map(({ subject }) => subject)).toEqual(['Down: Later']);
  expect((await world.rows()).every(({ state }) => state === 'sent')).toBe(true);
});
