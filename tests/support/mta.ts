import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { freePort } from './servers.ts';

const SMTPD = '/usr/sbin/smtpd';
const START_MS = 60_000;
/** Its input ends with the process that started it, however that ends. */
const UNTIL_INPUT_ENDS = '"$0" -d -v -f "$1" & cat >/dev/null; kill $!; wait';

/** A mail as the server wrote it to its mailbox. */
export interface StoredMail extends Email {
  raw: string;
  /** The folder it lies in: the receiver's name before the `@`. */
  box: string;
}

export interface Mta {
  /** Takes mail for example.com from anybody, in the clear. */
  port: number;
  /** Resolves once that many mails lie in mailboxes, oldest first. */
  stored(many: number): Promise<StoredMail[]>;
  close(): Promise<void>;
}

/** Why the real mail server cannot be tried here, or null when it can. */
export function whyNoMta(): string | null {
  if (!existsSync(SMTPD)) return 'OpenSMTPD is not installed (apt-get install opensmtpd)';
  return process.getuid?.() === 0 ? null : 'OpenSMTPD runs only when started by root';
}

/**
 * Starts OpenSMTPD with settings and mailboxes of its own; it ends with this process at the latest. In the clear only:
 * TLS of Debian's build does not work with its OpenSSL 3, whatever the key.
 */
export async function startMta(): Promise<Mta> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-mta-'));
  const boxes = join(folder, 'boxes');
  // The server delivers as nobody, who must be able to get there.
  chmodSync(folder, 0o755);
  mkdirSync(boxes);
  chmodSync(boxes, 0o777);
  const port = await freePort();
  writeFileSync(
    join(folder, 'conf'),
    `table boxes { "@" = "nobody" }
listen on 127.0.0.1 port ${port} hostname localhost
action "keep" maildir "${boxes}/%{rcpt.user}" virtual <boxes>
match from any for domain "example.com" action "keep"
`,
    { mode: 0o600 },
  );
  const log = new Log(spawn('sh', ['-c', UNTIL_INPUT_ENDS, SMTPD, join(folder, 'conf')]));
  const close = async (): Promise<void> => {
    await log.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await log.says(/queue: done loading/g, 1);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    close,
    stored: async (many) => {
      await log.says(/mda delivery .* result=Ok/g, many);
      return Promise.all(filesOf(boxes).map(read));
    },
  };
}

/** What a child process says, and its end. */
class Log {
  readonly #child: ChildProcess;
  readonly #look = new Set<() => void>();
  #text = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    const hear = (chunk: string): void => {
      this.#text += chunk;
      for (const look of this.#look) look();
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => hear(String(error)));
  }

  says(what: RegExp, times: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#look.delete(look);
        this.#child.off('exit', ended);
        end();
      };
      const fail = (why: string): void => settle(() => reject(new Error(`${why}\n${this.#text.slice(-2_000)}`)));
      const ended = (): void => fail('the mail server ended');
      const look = (): void => {
        if ((this.#text.match(what)?.length ?? 0) >= times) settle(resolve);
      };
      const timer = setTimeout(() => fail(`the mail server did not say ${what.source}`), START_MS);
      this.#child.once('exit', ended);
      this.#look.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}

function filesOf(boxes: string): { box: string; path: string; name: string }[] {
  const files = readdirSync(boxes).flatMap((box) => {
    const folder = join(boxes, box, 'new');
    return readdirSync(folder).map((name) => ({ box, name, path: join(folder, name) }));
  });
  return files.toSorted((a, b) => a.name.localeCompare(b.name));
}

async function read({ box, path }: { box: string; path: string }): Promise<StoredMail> {
  const raw = readFileSync(path, 'utf8');
  return { ...(await PostalMime.parse(raw)), raw, box };
}
