import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Address } from './guard.ts';

const FILE = process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts';
const LOOK_AGAIN_MS = 5_000;

let names = new Map<string, Address[]>();
let modified = -1;
let lookedAt = Number.NEGATIVE_INFINITY;

/** The addresses the machine's hosts file gives a name (lower case), or null. The file is read again when it changes. */
export function hostsFileAddresses(name: string, nowMs: number): Address[] | null {
  if (Math.abs(nowMs - lookedAt) >= LOOK_AGAIN_MS) {
    lookedAt = nowMs;
    refresh();
  }
  return names.get(name) ?? null;
}

function refresh(): void {
  const mtime = statSync(FILE, { throwIfNoEntry: false })?.mtimeMs ?? -1;
  if (mtime === modified) return;
  modified = mtime;
  try {
    names = mtime === -1 ? new Map() : parseHosts(readFileSync(FILE, 'utf8'));
  } catch {
    names = new Map(); // unreadable is as good as absent: DNS is asked
  }
}

/** `address name name… # comment` lines, as hosts(5) has them. */
export function parseHosts(text: string): Map<string, Address[]> {
  const found = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [ip = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(ip);
    if (!family) continue;
    for (const alias of aliases) {
      const list = found.get(alias.toLowerCase()) ?? [];
      found.set(alias.toLowerCase(), [...list, { ip, family: family === 4 ? 4 : 6 }]);
    }
  }
  return found;
}
