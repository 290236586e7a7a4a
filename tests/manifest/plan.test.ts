import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/manifest/parse.ts';
import { planManifest } from '../../src/manifest/plan.ts';
import type { Current, Held } from '../../src/manifest/server.ts';
import { ManifestFault } from '../../src/manifest/source.ts';
import { planJson, planLines } from '../../src/manifest/words.ts';

const BASE = {
  type: 'http',
  target: 'https://example.com',
  config: { keyword: null, bearer_token: null, method: 'GET' },
  interval: 300,
  timeout: 30,
  retries: 1,
  failure_threshold: 3,
  recovery_threshold: 1,
  flap_detection: true,
  remind_every_minutes: null,
  parent: null,
  escalation: null,
  channels: [],
  tags: [],
  public: false,
  paused: false,
};

function monitor(id: string, name: string, more: Partial<Held> & { entry?: object } = {}): Held {
  const { entry, ...rest } = more;
  const kind = 'http';
  return { id, part: 'monitors', name, kind, key: null, fields: [], ...rest, entry: { ...BASE, name, ...entry } };
}

function channel(id: string, name: string, key: string | null): Held {
  const entry = { name, kind: 'slack', config: { url: '********' }, enabled: true, is_default: true, events: null };
  return {
    id,
    part: 'channels',
    name,
    kind: 'slack',
    key,
    fields: [],
    entry: { ...entry, tags: [], quiet: null, per_minute: null },
  };
}

const account = (monitors: Held[], channels: Held[] = []): Current => ({
  channels,
  escalations: [],
  monitors,
  pages: [],
});
const file = (lines: string, values = {}, blank: 'keep' | 'refuse' = 'refuse') =>
  parseManifest(`version: 1\n${lines}`, values, blank);
const API = 'monitors:\n  api: {name: API, type: http, target: example.com}\n';
const MANAGED = { key: 'api', fields: ['name', 'target'] };

describe('a plan', () => {
  test('finds things by key, then by a name and kind only one has, and makes the rest', () => {
    const byKey = planManifest(account([monitor('m1', 'Renamed', MANAGED), monitor('m2', 'API')]), file(API));
    expect(byKey.steps).toMatchObject([{ action: 'change', held: { id: 'm1' }, adopts: false }]);
    expect(byKey.steps[0]?.changes).toEqual([{ field: 'name', before: 'Renamed', after: 'API' }]);

    const byName = planManifest(account([monitor('m1', 'Other'), monitor('m2', 'API')]), file(API));
    expect(byName.steps).toMatchObject([{ action: 'change', held: { id: 'm2' }, adopts: true, changes: [] }]);
    expect(planLines(byName)[0]).toBe('~ change monitor api "API"  (was there already; the file takes it over)');

    const twins = planManifest(account([monitor('m1', 'API'), monitor('m2', 'API')]), file(API));
    expect(twins.steps).toMatchObject([{ action: 'create' }]);
    const otherKind = { kind: 'tcp', entry: { type: 'tcp' } };
    expect(planManifest(account([monitor('m1', 'API', otherKind)]), file(API)).steps).toMatchObject([
      { action: 'create' },
    ]);
  });

  test('takes along what got another key in the file, and never what another key of the file has', () => {
    const moved = planManifest(account([monitor('m1', 'API', { ...MANAGED, key: 'old' })]), file(API));
    expect(moved.steps).toMatchObject([{ action: 'change', held: { id: 'm1' }, key: 'api', adopts: true }]);
    expect(moved.gone).toEqual([]);
    const held = [monitor('m1', 'API', { ...MANAGED, key: 'other' })];
    const both = planManifest(account(held), file(`${API}  other: {name: Other, type: http, target: example.com}\n`));
    expect(both.steps.map(({ action, key }) => `${action} ${key}`)).toEqual(['create api', 'change other']);
  });

  test('leaves alone what the file does not say, and puts back what it no longer says', () => {
    const free = monitor('m1', 'API', {
      ...MANAGED,
      entry: { retries: 5, config: { keyword: 'x', bearer_token: null } },
    });
    expect(planManifest(account([free]), file(API)).steps).toEqual([]);
    const fields = ['config.keyword', 'interval_seconds', 'name', 'target'];
    const held = { key: 'api', fields, entry: { interval: 60, config: { keyword: 'fine', bearer_token: null } } };
    const [step] = planManifest(account([monitor('m1', 'API', held)]), file(API)).steps;
    expect(step?.changes).toEqual([
      { field: 'config.keyword', before: 'fine', after: null },
      { field: 'interval', before: '1m', after: '5m' },
    ]);
    expect(step?.sent).toEqual({ interval: 300, config: { keyword: null } });
    expect(step?.fields).toEqual(['name', 'target']);
  });

  test('deletes nothing unless it is told to, and never what no file managed', () => {
    const held = account([
      monitor('m1', 'API', MANAGED),
      monitor('m2', 'Old', { key: 'old' }),
      monitor('m3', 'By hand'),
    ]);
    const kept = planManifest(held, file(API));
    expect([kept.steps, kept.gone.map(({ id }) => id)]).toEqual([[], ['m2']]);
    const pruned = planManifest(held, file(API), { prune: true });
    expect(pruned.steps).toMatchObject([{ action: 'delete', held: { id: 'm2' } }]);
    expect(pruned.gone).toEqual([]);
  });

  test('refuses to turn one kind into another', () => {
    const held = account([monitor('m1', 'API', { ...MANAGED, kind: 'tcp', entry: { type: 'tcp' } })]);
    expect(() => planManifest(held, file(API))).toThrow(ManifestFault);
    expect(() => planManifest(held, file(API))).toThrow(/^Line 3, column 26: This is a tcp on the server/);
  });

  test('orders parents before children and groups after what they hold', () => {
    const text = `monitors:
  a: {name: A, type: group, config: {members: [b, c]}}
  b: {name: B, type: http, target: example.com, parent: c, channels: [z]}
  c: {name: C, type: http, target: example.com}
channels:
  z: {name: Z, kind: slack, config: {url: "https://hooks.slack.com/services/T/B/x"}}
`;
    expect(planManifest(account([]), file(text)).steps.map(({ key }) => key)).toEqual(['z', 'c', 'b', 'a']);
  });

  test('never shows a secret, and sends one again only when it is asked to', () => {
    const secret = 'https://hooks.slack.com/services/T/B/abcdefghijkl';
    const text = 'channels:\n  ops:\n    name: Ops\n    kind: slack\n    config:\n      url: ${URL}\n';
    const made = planManifest(account([]), file(text, { URL: secret }));
    expect(planLines(made).join('\n') + JSON.stringify(planJson(made))).not.toContain('hooks.slack');
    expect(planLines(made)).toContain('    config.url: (secret)');
    const held = { ...channel('c1', 'Ops', 'ops'), fields: ['config.url', 'name'] };
    expect(planManifest(account([], [held]), file(text, { URL: secret })).steps).toEqual([]);
    const [again] = planManifest(account([], [held]), file(text, { URL: secret }), { secrets: true }).steps;
    expect(again).toMatchObject({ changes: [{ field: 'config.url', before: '(secret)', after: '(secret)' }] });
    expect(again?.sent).toEqual({ config: { url: secret } });
    // Whatever comes out of the environment may be a secret, also in the middle of an address.
    const open = 'monitors:\n  api: {name: API, type: http, target: "https://example.com/${KEY}"}\n';
    expect(planLines(planManifest(account([]), file(open, { KEY: 'hidden-key' }))).join('\n')).not.toContain(
      'hidden-key',
    );
  });

  test('names the placeholders nothing can be made without', () => {
    const text = 'channels:\n  ops:\n    name: Ops\n    kind: slack\n    config:\n      url: ${URL}\n';
    expect(planManifest(account([]), file(text, {}, 'keep')).missing).toEqual(['URL']);
    const held = { ...channel('c1', 'Ops', 'ops'), fields: ['config.url', 'name'] };
    expect(planManifest(account([], [held]), file(text, {}, 'keep'))).toMatchObject({ missing: [], steps: [] });
  });

  test('names channels outside the file by their own names', () => {
    const held = monitor('m1', 'API', {
      ...MANAGED,
      fields: ['channel_ids', 'name', 'target'],
      entry: { channels: ['c1'] },
    });
    const text = 'monitors:\n  api: {name: API, type: http, target: example.com, channels: []}\n';
    const { steps } = planManifest(account([held], [channel('c1', 'By hand', null)]), file(text));
    expect(steps[0]?.changes).toEqual([{ field: 'channels', before: '(By hand)', after: '[]' }]);
  });
});
