import { isIP } from 'node:net';

export interface HostPort {
  /** As the URL parser folds it; IPv6 without brackets. */
  host: string;
  port: number;
}

/** Splits "host", "host:port" and "[v6]:port"; a bare IPv6 address has no port. A sentence when it is neither. */
export function parseHostPort(typed: string, preset: number | null): HostPort | { problem: string } {
  const text = typed.trim();
  if (text === '') return { problem: 'Enter a host, for example example.com.' };
  if (text.length > 300) return { problem: 'The host is longer than 300 characters.' };
  if (/[\u0000-\u0020\u007f/\\@?#%]/.test(text)) {
    return { problem: 'Write only a host and a port, for example example.com:443.' };
  }
  const bracketed = isIP(text) === 6 ? `[${text}]` : text;
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(bracketed);
  const port = match?.[2] === undefined ? preset : Number(match[2]);
  if (port === null) return { problem: 'Write the port too, for example example.com:443.' };
  const url = `http://${match?.[1] ?? ''}`;
  if (!match || !URL.canParse(url)) return { problem: 'This is not a valid host, for example example.com.' };
  if (port < 1 || port > 65_535) return { problem: 'A port is a number from 1 to 65535.' };
  return { host: new URL(url).hostname.replace(/^\[|\]$/g, ''), port };
}

/** "example.com:443", "[::1]:443"; a port that goes without saying is left out. */
export function writeHostPort({ host, port }: HostPort, preset: number | null): string {
  if (port === preset) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
