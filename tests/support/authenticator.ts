import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a browser and its authenticator put into a ceremony; each part can be told to lie. */
export interface Ceremony {
  challenge: string;
  origin?: string;
  rpId?: string;
  type?: string;
  /** 0x01 the person was there, 0x04 was recognised. */
  flags?: number;
  counter?: number;
  crossOrigin?: boolean;
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();
const text = (bytes: Buffer) => bytes.toString('base64url');
const PRESENT_AND_RECOGNISED = 0x05;
const HAS_KEY = 0x40;

/** An authenticator in software with one ES256 key: for what a browser would never send (WebAuthn Level 3, sections 6 and 7). */
export class SoftAuthenticator {
  readonly id = text(randomBytes(32));
  readonly #private: KeyObject;
  readonly #cose: Buffer;
  #handle = '';

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#private = privateKey;
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    this.#cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  /** The answer to an offer to register, as `startRegistration` gives it. */
  register(handle: string, ceremony: Ceremony) {
    this.#handle = handle;
    const id = Buffer.from(this.id, 'base64url');
    const key = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, this.#cose]);
    const flags = (ceremony.flags ?? PRESENT_AND_RECOGNISED) | HAS_KEY;
    const authData = Buffer.concat([authenticatorData({ ...ceremony, flags }), key]);
    const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex');
    const length = Buffer.from([authData.length >> 8, authData.length & 255]);
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: text(clientData('webauthn.create', ceremony)),
        attestationObject: text(Buffer.concat([head, length, authData])),
        transports: ['internal'],
      },
    };
  }

  /** The answer to a challenge, as `startAuthentication` gives it; `handle` is the person it says it belongs to. */
  assert(ceremony: Ceremony, handle = this.#handle) {
    const data = clientData('webauthn.get', ceremony);
    const authData = authenticatorData(ceremony);
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: text(data),
        authenticatorData: text(authData),
        signature: text(sign('sha256', Buffer.concat([authData, sha256(data)]), this.#private)),
        userHandle: handle,
      },
    };
  }

  #envelope() {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {} };
  }
}

function clientData(
  type: string,
  { challenge, origin = 'http://localhost:8000', crossOrigin = false, ...more }: Ceremony,
) {
  return Buffer.from(JSON.stringify({ type: more.type ?? type, challenge, origin, crossOrigin }));
}

function authenticatorData({ rpId = 'localhost', flags = PRESENT_AND_RECOGNISED, counter = 1 }: Ceremony): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt8(flags, 0);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rpId), tail]);
}
