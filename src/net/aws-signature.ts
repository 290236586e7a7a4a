import { createHash, createHmac } from 'node:crypto';

/** What opens a bucket, and where it is. */
export interface AwsKeys {
  region: string;
  accessKey: string;
  secretKey: string;
}

/**
 * Headers that sign a request to S3 (AWS Signature Version 4): those given, with date, digest of the body and
 * `Authorization`. `url` must be encoded as it is sent; `now` is epoch ms.
 */
export function signS3(
  request: { method: string; url: URL; headers: Record<string, string>; body: Uint8Array },
  { region, accessKey, secretKey }: AwsKeys,
  now: number,
): Record<string, string> {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const digest = sha256(request.body);
  const sent = { ...request.headers, 'x-amz-content-sha256': digest, 'x-amz-date': stamp };
  const signed = Object.entries({ ...sent, host: request.url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    request.url.pathname,
    query(request.url),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    digest,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (from, part) => hmac(from, part),
    `AWS4${secretKey}`,
  );
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`;
  return { ...sent, Authorization: authorization };
}

function query({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .toSorted()
    .join('&');
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
