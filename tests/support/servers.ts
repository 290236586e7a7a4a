import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { createServer as createRawTlsServer, type TlsOptions } from 'node:tls';
import { type Minted, mint } from './certificates.ts';

export interface TestServer {
  /** `http://127.0.0.1:port` or `https://localhost:port`, without a slash at the end. */
  url: string;
  host: string;
  port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** A real HTTP server on a free port of 127.0.0.1. */
export function serveHttp(handler: RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  return listen(createServer(handler), 'http', host);
}

/** A TCP server that says what it likes. Errors of its sockets are ignored: the other side leaves early. */
export function serveRaw(onSocket: (socket: Socket) => void, host = '127.0.0.1'): Promise<TestServer> {
  return listen(createRawServer(onSocket), 'http', host);
}

export interface TlsServerOptions extends TlsOptions {
  /** Default: signed by itself, good for localhost and 127.0.0.1. */
  certificate?: Minted;
}

/** A real HTTPS server; its `url` names localhost. */
export function serveTls(handler: RequestListener, options: TlsServerOptions = {}): Promise<TestServer> {
  const { certificate = mint(), ...tls } = options;
  return listen(createSecureServer({ cert: certificate.cert, key: certificate.key, ...tls }, handler), 'https');
}

/** A TLS server below HTTP: the socket is given after the handshake. */
export function serveRawTls(onSocket: (socket: Socket) => void, options: TlsServerOptions = {}): Promise<TestServer> {
  const { certificate = mint(), ...tls } = options;
  return listen(createRawTlsServer({ cert: certificate.cert, key: certificate.key, ...tls }, onSocket), 'https');
}

/** Answers every connection with the same bytes, then closes (or stays silent when `keepOpen`). */
export function serveBytes(bytes: string | Buffer, options: { keepOpen?: boolean } = {}): Promise<TestServer> {
  return serveRaw((socket) => {
    socket.once('data', () => {
      socket.write(bytes);
      if (!options.keepOpen) socket.end();
    });
  });
}

export interface FailingTarget extends TestServer {
  /** Answers 200 with "all is well". */
  up(): void;
  /** Answers with this status (default 503) and "out of order". */
  down(status?: number): void;
  /** Takes the request and never answers. */
  hang(): void;
  requests(): number;
}

/** A site that works until it is told to fail: `target.down()`, `target.up()`. */
export async function targetThatCanFail(): Promise<FailingTarget> {
  let status = 200;
  let requests = 0;
  const server = await serveHttp((_request, response) => {
    requests += 1;
    if (status === 0) return;
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(status < 400 ? 'all is well' : 'out of order');
  });
  return {
    ...server,
    up: () => {
      status = 200;
    },
    down: (code = 503) => {
      status = code;
    },
    hang: () => {
      status = 0;
    },
    requests: () => requests,
  };
}

/**
 * A port of 127.0.0.1 where nothing listens: our own end of a connection that stays open, so that nobody else is given
 * the port while this process lives.
 */
export async function closedPort(): Promise<number> {
  const server = createRawServer((socket) => void socket.unref())
    .listen(0, '127.0.0.1')
    .unref();
  await once(server, 'listening');
  const end = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(end, 'connect');
  return end.unref().localPort ?? 0;
}

/**
 * A port of 127.0.0.1 for a program that cannot be told to choose one itself. It lies below those that are handed out
 * to whoever asks for any, so that nobody is given it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createRawServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    await once(server.close(), 'close');
    return port;
  }
}

async function listen(server: Server | HttpServer, scheme: 'http' | 'https', host = '127.0.0.1'): Promise<TestServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  server.on('clientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const shown = scheme === 'https' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `${scheme}://${shown}:${port}`,
    host,
    port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
