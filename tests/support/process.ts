import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../src/config.ts';

/** Brings the bundle up to date; for tests that start real processes. */
export function buildOnce(): void {
  execFileSync(process.execPath, [join(ROOT, 'build.mjs'), '--if-stale', '--quiet']);
}

/** A folder of its own and what runs in it; everything ends and vanishes with `close`. */
export interface Place {
  data: string;
  /** Starts `dist/main.mjs` and waits until it says where it listens, or has ended. */
  start(env?: Record<string, string>, as?: { uid: number }): Promise<Started>;
  /** Runs `dist/cli.mjs` to its end. */
  cli(words: string[], env?: Record<string, string>): Promise<Ended>;
  close(): Promise<void>;
}

export interface Started extends Ended {
  /** Null when it ended instead of listening. */
  url: string | null;
  process: ChildProcess;
  /** Sends the signal, waits for the end and returns the exit code, null after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function openPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-place-'));
  const data = join(folder, 'data');
  const running = new Set<ChildProcess>();
  const run = (script: string, words: string[], env: Record<string, string>, uid?: number) => {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [join(ROOT, 'dist', script), ...words], {
      cwd: folder,
      env: { PATH, DATA_PATH: data, WEB_PORT: '0', ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  };
  return {
    data,
    start: async (env = {}, as) => listening(run('main.mjs', [], env, as?.uid)),
    cli: async (words, env = {}) => {
      const child = run('cli.mjs', words, env);
      child.stdin?.end();
      const ended = collect(child);
      await once(child, 'close');
      return ended;
    },
    close: async () => {
      for (const child of running) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess): Ended {
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    ended.stdout += part;
  });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    ended.stderr += part;
  });
  child.once('close', (code) => {
    ended.code = code;
  });
  return ended;
}

async function listening(child: ChildProcess): Promise<Started> {
  const started = Object.assign(collect(child), {
    url: null as string | null,
    process: child,
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    },
  });
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.stdout?.on('data', () => {
      started.url = /ready at (http:\/\/[^"\s]+)["\s]/.exec(started.stdout)?.[1] ?? null;
      if (started.url) resolve();
    });
  });
  return started;
}
