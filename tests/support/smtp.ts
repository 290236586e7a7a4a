import type { AddressInfo, Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Config } from '../../src/config.ts';
import { type Minted, mint } from './certificates.ts';

/**
 * How a mail server may behave. `busy` 421 at the greeting; `defer` 450 and `refuse` 550 for the address; `reject` 554
 * for the message; `hang` never answers the message; `drop` takes the message and hangs up without a word; `leave` hangs
 * up when a second message begins in one conversation.
 */
export type SmtpBehaviour = 'accept' | 'busy' | 'defer' | 'refuse' | 'reject' | 'hang' | 'drop' | 'leave';

export interface ReceivedMail extends Email {
  raw: string;
  envelopeTo: string[];
  /** Whether it came over TLS, and who was logged in. */
  secure: boolean;
  user: string | null;
}

export interface SmtpSink {
  port: number;
  /** What `config.smtp` needs to reach it; over STARTTLS the name is localhost. */
  smtp: Config['smtp'];
  certificate: Minted;
  /** Mails taken, in order; those that were dropped or left hanging too. */
  mails: ReceivedMail[];
  /** Connections accepted so far. */
  connections(): number;
  /** From now on it behaves like this; a function decides by the receiver's address. */
  behave(behaviour: SmtpBehaviour | ((to: string) => SmtpBehaviour)): void;
  /** Ends all conversations; new ones are welcome. */
  hangUp(): void;
  /** Resolves once that many mails are here, or one fits; rejects after `ms`. */
  waitFor(what: number | ((mail: ReceivedMail) => boolean), ms?: number): Promise<ReceivedMail[]>;
  stop(): Promise<void>;
}

export interface SmtpSinkOptions {
  auth?: { user: string; pass: string };
  starttls?: boolean;
  certificate?: Minted;
  behaviour?: SmtpBehaviour;
  port?: number;
  /** TLS from the first byte. */
  secure?: boolean;
  /** Another loopback address than 127.0.0.1. */
  host?: string;
}

/** A real SMTP server on a loopback address that keeps what it is given. */
export async function smtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const { auth, starttls = false, secure = false, host = '127.0.0.1', certificate = mint() } = options;
  const preset = options.behaviour ?? 'accept';
  let behave = (_to: string): SmtpBehaviour => preset;
  let connections = 0;
  const mails: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();

  const server = new SMTPServer({
    secure,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(auth ? [] : ['AUTH'])],
    authOptional: !auth,
    allowInsecureAuth: true,
    cert: certificate.cert,
    key: certificate.key,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => done(behave('') === 'busy' ? refusal(421, 'too busy, come back later') : null),
    onAuth: (given, _session, done) => {
      const known = given.username === auth?.user && given.password === auth?.pass;
      if (known) done(null, { user: given.username ?? '' });
      else done(refusal(535, 'wrong name or password'));
    },
    onMailFrom: (_address, session, done) => {
      if (behave('') !== 'leave' || session.transaction < 2) return done();
      for (const socket of sockets) socket.destroy();
    },
    onRcptTo: (address, _session, done) => {
      const how = behave(address.address);
      if (how === 'defer') return done(refusal(450, '4.2.1 mailbox busy, try again later'));
      if (how === 'refuse') return done(refusal(550, '5.1.1 no such mailbox here'));
      return done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void take(Buffer.concat(chunks).toString('utf8'), session, done));
    },
  });

  const take = async (
    raw: string,
    session: SMTPServerSession,
    done: (error?: Error | null, answer?: string) => void,
  ) => {
    const envelopeTo = session.envelope.rcptTo.map(({ address }) => address);
    const how = behave(envelopeTo[0] ?? '');
    if (how === 'reject') return done(refusal(554, '5.7.1 message not wanted'));
    const parsed = await PostalMime.parse(raw);
    mails.push({ ...parsed, raw, envelopeTo, secure: session.secure, user: session.user ?? null });
    for (const look of waiting) look();
    if (how === 'drop') for (const socket of sockets) socket.destroy();
    else if (how !== 'hang') done(null, `taken as ${mails.length}`);
  };
  server.on('error', () => undefined);
  // Under TLS the socket to end is the secured one: Node may crash when what it stands on is taken away.
  server.server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, host, () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;

  return {
    port,
    smtp: {
      host: starttls ? 'localhost' : host,
      port,
      username: auth?.user ?? '',
      password: auth?.pass ?? '',
      from: 'alerts@statusping.test',
      tls: starttls || secure,
    },
    certificate,
    mails,
    connections: () => connections,
    behave: (behaviour) => {
      behave = typeof behaviour === 'function' ? behaviour : () => behaviour;
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    waitFor: (what, ms = 60_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          const subjects = mails.map(({ subject }) => subject).join(' | ');
          reject(new Error(`the awaited mail did not come in ${ms} ms; here are ${mails.length}: ${subjects}`));
        }, ms);
        const look = () => {
          if (!(typeof what === 'number' ? mails.length >= what : mails.some(what))) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(mails);
        };
        waiting.add(look);
        look();
      }),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
