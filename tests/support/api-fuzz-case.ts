import type { ApiDocument, Operation, Parameter, Schema } from '../../src/web/document.ts';
import { resolved } from '../../src/site/schema-view.ts';
import type { Pool } from './api-fuzz-world.ts';
import { hostile, hostileWord, mutate, pick, type Random, sample, textOf, UNLISTED } from './api-fuzz-values.ts';

export interface Target {
  method: string;
  path: string;
  operation: Operation;
}

export interface Case extends Target {
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  who: Who;
  /** A field of the body that the schema does not know; such a request must not be taken. */
  unlisted: string | null;
  /** Asked with a method that the path has not. */
  astray: boolean;
}

export type Who = 'owner' | 'token' | 'viewer' | 'nobody' | 'forged';

const WHO: readonly Who[] = [
  ...Array<Who>(9).fill('owner'),
  ...Array<Who>(6).fill('token'),
  'viewer',
  'viewer',
  'nobody',
  'forged',
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/xml',
  'application/json; charset=utf-16',
  'application/problem+json',
  '',
];
const BROKEN = [
  '{',
  '[1,',
  '{"a":}',
  '{"a":1,}',
  '\u0000',
  'nul',
  '"',
  '{"a":1}{"b":2}',
  '\ufeff{}',
  "{'a':1}",
  '{"a":1,"a":2}',
  ' ',
  '[]',
  '7',
  '"text"',
  'null',
  '{"\\ud800":1}',
];

export interface Known {
  document: ApiDocument;
  own: Pool;
  foreign: Pool;
}

/** A request for the operation with something wrong about it, or sometimes nothing. */
export function makeCase(known: Known, target: Target, random: Random): Case {
  const { operation } = target;
  const astray = random() < 0.03;
  const method = astray ? pick(random, METHODS) : target.method.toUpperCase();
  const declared = (operation.parameters ?? []).map((one) => parameterOf(known.document, one));
  const headers: Record<string, string> = {};
  for (const { name, in: place } of declared) {
    if (place === 'header' && random() < 0.08) headers[name] = headerWord(random);
  }
  const sent = method === 'GET' || method === 'HEAD' ? { unlisted: null } : bodyOf(known, target, random);
  if ('text' in sent && sent.text !== undefined) headers['content-type'] = sent.type ?? 'application/json';
  return {
    ...target,
    method,
    url: `${pathOf(known, target.path, random)}${queryOf(known, declared, random)}`,
    headers,
    body: 'text' in sent ? sent.text : undefined,
    who: pick(random, WHO),
    unlisted: astray ? null : sent.unlisted,
    astray,
  };
}

function parameterOf(document: ApiDocument, parameter: Parameter | { $ref: string }): Parameter {
  if ('in' in parameter) return parameter;
  const found = document.components.parameters?.[parameter.$ref.slice(parameter.$ref.lastIndexOf('/') + 1)];
  if (!found) throw new Error(`${parameter.$ref} leads nowhere`);
  return found;
}

function pathOf({ own, foreign }: Known, path: string, random: Random): string {
  const segments = path.split('/');
  return segments
    .map((segment, i) => {
      if (!segment.startsWith('{')) return segment;
      const collection = segments[i - 1] ?? '';
      const chance = random();
      const pool = chance < 0.78 ? own[collection] : chance < 0.9 ? foreign[collection] : undefined;
      if (pool && pool.length > 0) return pick(random, pool);
      return segmentOf(hostileWord(random), random);
    })
    .join('/');
}

/** No dots alone, for a URL loses those before it is sent, and with them the route that is meant. */
function segmentOf(word: string, random: Random): string {
  if (random() < 0.1) return pick(random, ['%', '%ff', '%00', '%2e%2e%2f', '%u0041', 'a%2fb', '*', 'mon_', '-1', '0']);
  return encodeURIComponent(wellFormed(word)).replace(/^\.{0,2}$/, '%20');
}

function queryOf({ document, own }: Known, declared: Parameter[], random: Random): string {
  const query: string[] = [];
  for (const { name, in: place, schema = {}, required } of declared) {
    if (place !== 'query' || (!required && random() < 0.5)) continue;
    const times = random() < 0.15 ? 2 : 1;
    for (let i = 0; i < times; i += 1) {
      const sound = random() < 0.5;
      const word = sound
        ? sample(document, schema, random, (of) => wordFor(of, own, random), name)
        : hostileWord(random);
      query.push(`${name}${random() < 0.05 ? '[]' : ''}=${encodeURIComponent(wellFormed(asText(word)))}`);
    }
  }
  if (random() < 0.06)
    query.push(
      pick(random, ['__proto__[role]=owner', 'a[b][c]=1', 'account_id=acc_0000000000000000', '=', '%', '&&&']),
    );
  return query.length > 0 ? `?${query.join('&')}` : '';
}

/** Half a pair of a character cannot be written in an address at all. */
const wellFormed = (word: string): string => Buffer.from(word).toString();

const asText = (value: unknown): string => (typeof value === 'string' ? value : textOf(value));

interface Sent {
  text?: string | undefined;
  type?: string;
  unlisted: string | null;
}

function bodyOf(known: Known, { operation }: Target, random: Random): Sent {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return { text: random() < 0.2 ? textOf(hostile(random)) : undefined, unlisted: null };
  const chance = random();
  if (chance < 0.07) return { unlisted: null };
  if (chance < 0.14) return { text: pick(random, BROKEN), unlisted: null };
  const sound = soundBody(known, schema, operation, random);
  if (chance < 0.2) return { text: textOf(sound), type: pick(random, TYPES), unlisted: null };
  if (chance < 0.35 && typeof sound === 'object' && sound !== null) {
    const [name, value] = pick(random, UNLISTED);
    const refused = isClosed(known.document, schema) && !knows(known.document, schema, name);
    return { text: textOf({ ...sound, [name]: value }), unlisted: refused ? name : null };
  }
  if (chance < 0.5) return { text: textOf(sound), unlisted: null };
  const once = mutate(sound, random);
  return { text: textOf(random() < 0.3 ? mutate(once, random) : once), unlisted: null };
}

/** Nothing outside this machine is to be reached by what an example names. */
function soundBody({ document, own }: Known, schema: Schema, operation: Operation, random: Random): unknown {
  const given = operation.requestBody?.content['application/json']?.example;
  const value =
    given !== undefined && random() < 0.5
      ? given
      : sample(document, schema, random, (name) => wordFor(name, own, random));
  const text = JSON.stringify(value)
    .replaceAll(/https?:\/\/[a-z.]*example\.(com|org)/g, 'http://127.0.0.1:9')
    .replaceAll(/"(status|shop)\.example\.com"/g, '"status.fuzz.invalid"');
  return JSON.parse(text) as unknown;
}

function isClosed(document: ApiDocument, given: Schema): boolean {
  return resolved(document, given).additionalProperties === false;
}

function knows(document: ApiDocument, given: Schema, name: string): boolean {
  return Object.hasOwn(resolved(document, given).properties ?? {}, name);
}

/** A word that a field of that name could hold. */
function wordFor(name: string, own: Pool, random: Random): string {
  const collection = { parent_id: 'monitors', escalation_id: 'escalation-policies', status_page_id: 'status-pages' }[
    name
  ];
  const ids = own[collection ?? `${name.replace(/_ids?$/, '')}s`];
  if (/_ids?$/.test(name) && ids && ids.length > 0) return pick(random, ids);
  if (/email|^to$/.test(name)) return `fuzz-${Math.floor(random() * 1e6)}@example.org`;
  if (/url|target|endpoint/.test(name)) return 'http://127.0.0.1:9/';
  if (/slug|host/.test(name)) return `fuzz-${Math.floor(random() * 1e6)}${name === 'host' ? '.invalid' : ''}`;
  if (name === 'timezone') return 'Europe/Berlin';
  return pick(random, ['text', 'Grün & Söhne', '2027-01-31T12:00:00Z', 'a, b', '#fff', '10']);
}

/** What a header can carry at all: no line ends, nothing beyond Latin-1. */
function headerWord(random: Random): string {
  if (random() < 0.4) return pick(random, ['*', '"abc"', 'W/"abc"', '"a", "b"', 'key-1', 'key-1', '""', ',']);
  return hostileWord(random)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 2_000);
}
