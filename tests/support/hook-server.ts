import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { serveHttp, type TestServer } from './servers.ts';

export interface Received {
  /** The key of the message. */
  key: string;
  headers: IncomingHttpHeaders;
  body: { event: string; alerts?: { id: string; monitor: string; event: string }[]; [field: string]: unknown };
}

export type Manner = (response: ServerResponse) => unknown;

export interface HookServer extends TestServer {
  /** Messages in the order they came, those that were refused too. */
  received: Received[];
  /** From now on it answers so. */
  behave(manner: Manner): void;
  /** Resolves once that many messages are here. */
  waitFor(count: number): Promise<void>;
}

/** Answers with a status and nothing else worth knowing. */
export const says =
  (status: number, headers: Record<string, string> = {}, text = ''): Manner =>
  (response) =>
    response.writeHead(status, headers).end(text);

/** A receiver of webhooks on 127.0.0.1 that keeps what it is sent and answers as it is told, at first with 200. */
export async function hookServer(): Promise<HookServer> {
  let behave = says(200);
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
      received.push({ key: String(request.headers['webhook-id']), headers: request.headers, body });
      behave(response);
      for (const look of waiting) look();
    });
  });
  return {
    ...server,
    received,
    behave: (manner) => {
      behave = manner;
    },
    waitFor: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
