import type { PublishTarget } from '../core/page.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { signS3 } from '../net/aws-signature.ts';
import { exchange } from '../net/fetch.ts';
import type { CopyPlace } from './copy-folder.ts';

const TIMEOUT_MS = 15 * SECOND;
const ANSWER_BYTES = 16 * 1024;
const NOTHING = new Uint8Array();

/** A bucket that speaks S3, with the bucket's name in the path; each request is signed and guarded like every other. */
export function bucketPlace(
  { clock, outbound }: Pick<Deps, 'clock' | 'outbound'>,
  target: Extract<PublishTarget, { kind: 's3' }>,
): CopyPlace {
  const { endpoint, region, bucket, prefix, access_key: accessKey, secret_key: secretKey } = target;
  const addressOf = (name: string) =>
    new URL(
      `${endpoint}/${[bucket, ...prefix.split('/'), ...name.split('/')].filter(Boolean).map(encodeURIComponent).join('/')}`,
    );

  async function ask(method: 'PUT' | 'DELETE', name: string, headers: Record<string, string>, body: Uint8Array) {
    const url = addressOf(name);
    const signed = signS3({ method, url, headers, body }, { region, accessKey, secretKey }, clock.now());
    const { response, failure } = await exchange(
      {
        method,
        url,
        headers: signed,
        body: method === 'PUT' ? body : null,
        redirects: null,
        verifyTls: true,
        family: 'any',
        maxBodyBytes: ANSWER_BYTES,
        keepBody: true,
        headFallback: false,
      },
      { clock, outbound, timeoutMs: TIMEOUT_MS, signal: new AbortController().signal },
    );
    if (!response) throw new Error(failure?.message ?? 'The bucket did not answer.');
    const { status } = response;
    if (status < 300 || (method === 'DELETE' && status === 404)) return;
    const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(response.body?.bytes.toString('utf8') ?? '')?.[1];
    throw new Error(`The bucket answered ${status}${code ? ` (${code})` : ''} for ${name}.`);
  }

  return {
    keeps: () => true,
    put: (name, { bytes, contentType }) =>
      ask('PUT', name, { 'Content-Type': contentType, 'Cache-Control': cacheOf(name) }, bytes),
    remove: (name) => ask('DELETE', name, {}, NOTHING),
  };
}

/** Names of the product's files do not change with their bytes, so that nothing is kept for long. */
function cacheOf(name: string): string {
  return name.startsWith('assets/') ? 'public, max-age=3600' : 'no-cache';
}
