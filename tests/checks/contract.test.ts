import { describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import type { AnyCheck, ProbeContext } from '../../src/checks/check.ts';
import type { Field } from '../../src/core/field.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { keepSecrets, MASK, maskConfig } from '../../src/core/secrets.ts';
import { KINDS } from '../../src/core/monitor.ts';
import { PLANS, allows } from '../../src/core/plan.ts';
import { systemClock } from '../../src/core/time.ts';
import { RESULT_STATUSES } from '../../src/core/verdict.ts';
import { closedPort } from '../support/servers.ts';

/** What every kind promises to form, API and engine, whatever it looks at. */
const every = KINDS.map((kind): [string, AnyCheck] => [kind, CHECKS[kind]]);
const sentence = /^\p{Lu}.{8,}[.!?]$/su;

/** The settings of a kind as its own defaults fill them. */
function defaults(check: AnyCheck): Record<string, unknown> {
  return check.parseConfig({});
}

/** What the inputs of an untouched form post. */
function blank(fields: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter(({ type }) => type !== 'checkbox').map(({ name }) => [name, '']));
}

function context(overrides: Partial<ProbeContext> = {}): ProbeContext {
  const outbound = { allowPrivate: false, resolvers: [] };
  return { clock: systemClock, outbound, timeoutMs: 400, signal: new AbortController().signal, ...overrides };
}

describe.each(every)('%s', (kind, check) => {
  test('has a name, and a plan that opens it', () => {
    expect(check.kind).toBe(kind);
    expect(check.label).toMatch(/^\p{L}[\p{L} ()-]{2,39}$/u);
    const { plan } = check;
    if (plan) expect(PLANS.some((one) => allows(one, plan))).toBe(true);
  });

  test('has defaults, and reads back what it stored', () => {
    const config = defaults(check);
    const stored = JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
    expect(check.parseConfig(stored)).toEqual(config);
    expect(check.readConfig(stored)).toEqual(config);
  });

  test('has fields with a label each, one for each name, all of them known to its schema', () => {
    const names = check.fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !(name in defaults(check)))).toEqual([]);
    for (const field of check.fields) {
      expect(field.label, field.name).toMatch(/\p{L}{3}/u);
      if (field.type === 'select') expect(field.options?.length, field.name).toBeGreaterThan(1);
    }
  });

  test('takes an untouched form for its defaults', () => {
    expect(check.parseConfig(blank(check.fields))).toEqual(defaults(check));
  });

  test('takes every choice it offers, and both positions of every switch', () => {
    for (const { name, type, options = [] } of check.fields) {
      for (const { value } of type === 'select' ? options : []) {
        expect(String(check.parseConfig({ [name]: value })[name]), `${name} ${value}`).toBe(value);
      }
      if (type !== 'checkbox') continue;
      expect(check.parseConfig({ [name]: ['false', 'true'] })[name], name).toBe(true);
      expect(check.parseConfig({ [name]: 'false' })[name], name).toBe(false);
    }
  });

  test('refuses nonsense with sentences that name the field', () => {
    const nonsense = [{}, [[]], 12.5, 'x'.repeat(100_000), '\u0000', true, Number.NaN, -1, '(', '[[', '*/', null, '🙂'];
    const names = check.fields.map(({ name }) => name);
    for (const name of names) {
      for (const value of nonsense) {
        const about = `${name} = ${JSON.stringify(value).slice(0, 20)}`;
        try {
          check.parseConfig({ [name]: value });
        } catch (error) {
          if (!(error instanceof ZodError)) throw error;
          for (const { path, message } of error.issues) {
            expect(message.trim(), about).toMatch(/^\S.{3,}/su);
            expect(names, about).toContain(path[0]);
          }
        }
      }
    }
    expect(() => check.parseConfig({ nonsense: 1 })).toThrow(/nonsense/);
  });

  test('masks every secret, and keeps it when the mask comes back', () => {
    for (const { name } of check.fields.filter((field) => field.secret)) {
      const stored = { [name]: 'planted' };
      expect(maskConfig(check, stored), name).toEqual({ [name]: MASK });
      expect(keepSecrets(check, { [name]: MASK }, stored)[name], name).toBe('planted');
    }
    const open = check.fields.filter(({ type, secret }) => type === 'password' && !secret);
    expect(open).toEqual([]);
  });

  test('knows a target when it sees one', () => {
    if (check.targetField === null) {
      expect(check.parseTarget('')).toEqual({ target: '' });
      return;
    }
    const example = check.parseTarget(check.targetField.placeholder);
    if ('problem' in example) throw new Error(example.problem);
    expect(check.parseTarget(example.target)).toEqual(example);
    for (const rubbish of [
      '',
      '   ',
      'http://[',
      'a b c',
      'x'.repeat(3_000),
      'line\nbreak',
      '\u0000',
      'mailto:me@x.y',
      '///',
    ]) {
      const parsed = check.parseTarget(rubbish);
      expect(parsed, JSON.stringify(rubbish.slice(0, 20))).toHaveProperty('problem');
      if ('problem' in parsed) expect(parsed.problem).toMatch(sentence);
    }
  });

  test('a stored config of another time is unknown, with the reason', async () => {
    const verdict = await check.run('example.com', { from_the_future: 1 }, context());
    expect(verdict).toMatchObject({ status: 'unknown', reason: 'internal' });
    expect(verdict.message).toContain('settings are no longer valid');
    expect(verdict.message).toContain('from_the_future');
    expect(check.readConfig({ from_the_future: 'planted' })).toEqual({});
  });

  test('judges a probe that saw nothing, and one that was told to end, without throwing', async () => {
    const parsed = check.parseTarget(check.targetField?.placeholder ?? '');
    if ('problem' in parsed) throw new Error(parsed.problem);
    const ended = new AbortController();
    ended.abort();
    const nobody = { allowPrivate: false, resolvers: [`127.0.0.1:${await closedPort()}`] };
    for (const ctx of [context({ outbound: nobody }), context({ outbound: nobody, signal: ended.signal })]) {
      const verdict = await check.run(parsed.target, defaults(check), ctx);
      expect(RESULT_STATUSES).toContain(verdict.status);
      expect(verdict.status).not.toBe('up');
      expect(verdict.message).toMatch(sentence);
    }
  });
});
