import { NO_PHASES } from '../core/verdict.ts';
import type { Witness } from '../core/witness.ts';
import { Deadline } from './deadline.ts';
import { dial } from './dial.ts';
import { exchange, type NetContext } from './fetch.ts';

/** Whether a witness shows that our network works: its port accepts, or its URL answers with any status. Never throws. */
export async function answers(witness: Witness, context: NetContext): Promise<boolean> {
  return 'url' in witness ? speaks(witness.url, context) : accepts(witness, context);
}

async function speaks(url: string, context: NetContext): Promise<boolean> {
  const request = {
    method: 'GET',
    url: new URL(url),
    headers: {},
    body: null,
    redirects: null,
    verifyTls: true,
    family: 'any' as const,
    maxBodyBytes: 1_024,
    keepBody: false,
    headFallback: false,
  };
  return (await exchange(request, context)).response !== null;
}

async function accepts({ host, port }: { host: string; port: number }, context: NetContext): Promise<boolean> {
  const { clock, outbound, timeoutMs, signal } = context;
  const deadline = new Deadline(timeoutMs, signal);
  try {
    const to = { host, port, secure: false, verifyTls: false, family: 'any' as const };
    const { socket } = await dial(to, { clock, outbound, deadline, phases: { ...NO_PHASES } });
    socket.destroy();
    return true;
  } catch {
    return false;
  } finally {
    deadline.release();
  }
}
