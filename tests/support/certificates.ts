import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface Minted {
  /** PEM of this certificate, and of its issuers when it has any. */
  cert: string;
  key: string;
  issuer: Issuer;
}

interface Issuer {
  name: string;
  privateKey: KeyObject;
  chain: string;
}

export interface MintOptions {
  commonName?: string;
  /** DNS names and addresses the certificate is good for. */
  names?: string[];
  /** Epoch milliseconds. */
  notBefore?: number;
  notAfter?: number;
  /** Absent: it signs itself. */
  issuer?: Minted;
  authority?: boolean;
}

const DAY = 86_400_000;

/** Makes a real X.509 certificate (P-256, SHA-256) without any outside tool. */
export function mint(options: MintOptions = {}): Minted {
  const name = options.commonName ?? 'localhost';
  const names = options.names ?? ['localhost', '127.0.0.1'];
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const from = options.issuer?.issuer ?? { name, privateKey: keys.privateKey, chain: '' };
  const now = Date.now();
  const body = seq(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    distinguished(from.name),
    seq(time(options.notBefore ?? now - DAY), time(options.notAfter ?? now + 90 * DAY)),
    distinguished(name),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions(names, options.authority ?? false, keys.publicKey)),
  );
  const der = seq(body, ECDSA_SHA256, bits(sign('sha256', body, from.privateKey)));
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
  return {
    cert: pem + from.chain,
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issuer: { name, privateKey: keys.privateKey, chain: pem + from.chain },
  };
}

/** An authority to sign with and to trust: `cert` goes into the list of trusted ones. */
export function mintAuthority(commonName = 'Test Authority'): Minted {
  return mint({ commonName, names: [], authority: true, notAfter: Date.now() + 3650 * DAY });
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const seq = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);
const explicit = (n: number, part: Buffer): Buffer => tlv(0xa0 + n, part);
const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
const bits = (bytes: Buffer): Buffer => tlv(0x03, Buffer.from([0]), bytes);
const octets = (bytes: Buffer): Buffer => tlv(0x04, bytes);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

const ECDSA_SHA256 = seq(oid('2a8648ce3d040302'));

function distinguished(name: string): Buffer {
  return seq(tlv(0x31, seq(oid('550403'), tlv(0x0c, Buffer.from(name)))));
}

/** GeneralizedTime, whole seconds. */
function time(ms: number): Buffer {
  return tlv(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
}

function extensions(names: string[], authority: boolean, key: KeyObject): Buffer {
  const TRUE = Buffer.from([1, 1, 255]);
  const id = createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
  const list = [
    seq(oid('551d13'), TRUE, octets(seq(...(authority ? [TRUE] : [])))),
    seq(oid('551d0e'), octets(octets(id))),
  ];
  if (names.length > 0) list.push(seq(oid('551d11'), octets(seq(...names.map(alternative)))));
  return seq(...list);
}

function alternative(name: string): Buffer {
  if (isIP(name) === 4) return tlv(0x87, Buffer.from(name.split('.').map(Number)));
  return tlv(0x82, Buffer.from(name));
}
