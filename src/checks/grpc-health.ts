/** States of the standard health protocol (grpc.health.v1), by number. */
const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** The request as a gRPC message: not compressed, its length, then field 1 with the service's name. */
export function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const body = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** The state an answer tells, or a sentence about what is wrong with the answer. Fields of later versions are passed over. */
export function readHealth(message: Buffer): { state: string } | { problem: string } {
  if (message.length < 5) return { problem: 'The answer has no message in it.' };
  if (message[0] !== 0) return { problem: 'The answer is compressed, which was not offered.' };
  const length = message.readUInt32BE(1);
  if (message.length !== length + 5) return { problem: 'The answer is shorter or longer than it says.' };
  let state = 0; // left out, as proto3 leaves out zeros
  let at = 5;
  while (at < message.length) {
    const key = readVarint(message, at);
    const value = key && skip(message, key.next, key.value & 7);
    if (!key || !value) return { problem: 'The answer is no valid message.' };
    if (key.value === 8) state = value.value;
    at = value.next;
  }
  return { state: STATES[state] ?? `state ${state}` };
}

interface Read {
  value: number;
  next: number;
}

/** A field's content by its wire type; only numbers have a value. */
function skip(bytes: Buffer, at: number, type: number): Read | null {
  if (type === 0) return readVarint(bytes, at);
  const length = type === 2 ? readVarint(bytes, at) : null;
  const next = type === 1 ? at + 8 : type === 5 ? at + 4 : length && length.next + length.value;
  return next === null || next > bytes.length ? null : { value: 0, next };
}

function readVarint(bytes: Buffer, at: number): Read | null {
  let value = 0;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return null;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
