import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Bucket {
  url: string;
  /** By path: `/bucket/key`. */
  objects: Map<string, { type: string; body: Buffer }>;
  /** Requests that were let in, as "PUT /bucket/key". */
  seen: string[];
  /** Answers this status to everything while set. */
  refuse: number | null;
  close(): Promise<void>;
}

/**
 * A store that speaks S3 with the bucket in the path and lets in what is signed with the key: the signature is worked
 * out anew from the request as it came, by the steps of the API reference.
 */
export async function serveBucket(keys: { accessKey: string; secretKey: string; region: string }): Promise<Bucket> {
  const bucket: Bucket = { url: '', objects: new Map(), seen: [], refuse: null, close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const fault = bucket.refuse === null ? judge(request, body, keys) : 'SlowDown';
      if (fault !== null) {
        response.writeHead(bucket.refuse ?? 403, { 'content-type': 'application/xml' });
        return response.end(`<?xml version="1.0"?><Error><Code>${fault}</Code><Message>no</Message></Error>`);
      }
      const { method = '', url = '' } = request;
      bucket.seen.push(`${method} ${url}`);
      if (method === 'PUT') bucket.objects.set(url, { type: request.headers['content-type'] ?? '', body });
      else bucket.objects.delete(url);
      response.writeHead(method === 'PUT' ? 200 : 204);
      return response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bucket.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bucket.close = () => new Promise((resolve) => server.close(() => resolve()));
  return bucket;
}

function judge(
  { method, url = '', headers }: IncomingMessage,
  body: Buffer,
  keys: { accessKey: string; secretKey: string; region: string },
): string | null {
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!said) return 'AuthorizationHeaderMalformed';
  const [, id, day = '', region = '', names = '', signature] = said;
  if (id !== keys.accessKey) return 'InvalidAccessKeyId';
  if (region !== keys.region) return 'AuthorizationHeaderMalformed';
  const list = names.split(';');
  if (!list.includes('host') || !list.includes('x-amz-date')) return 'AccessDenied';
  const digest = createHash('sha256').update(body).digest('hex');
  if (headers['x-amz-content-sha256'] !== digest) return 'XAmzContentSHA256Mismatch';
  const [path = '', query = ''] = url.split('?');
  const lines = list.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const canonical = `${method}\n${path}\n${query}\n${lines}\n${names}\n${digest}`;
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const sign = (key: string | Buffer, part: string) => createHmac('sha256', key).update(part).digest();
  const key = sign(sign(sign(sign(`AWS4${keys.secretKey}`, day), region), 's3'), 'aws4_request');
  return sign(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}
