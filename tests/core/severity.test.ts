import { describe, expect, test } from 'vitest';
import type { MonitorStatus } from '../../src/core/monitor.ts';
import { componentStatus, pageStatus, publicReason, worstStatus } from '../../src/core/severity.ts';
import { REASONS } from '../../src/core/verdict.ts';

describe('the verdict of a page', () => {
  test.each<[string, MonitorStatus[], string]>([
    ['nothing on the page', [], 'unknown'],
    ['all up', ['up', 'up'], 'operational'],
    ['maintenance is more than up', ['up', 'maintenance'], 'maintenance'],
    ['unknown is more than maintenance', ['up', 'maintenance', 'unknown'], 'unknown'],
    ['degraded is more than unknown', ['unknown', 'degraded', 'maintenance'], 'degraded'],
    ['down is more than everything', ['up', 'degraded', 'down', 'unknown', 'maintenance'], 'partial_outage'],
    ['half down is partial', ['down', 'up'], 'partial_outage'],
    ['more than half down is major', ['down', 'down', 'up'], 'major_outage'],
    ['the only one down is major', ['down'], 'major_outage'],
    ['paused and new monitors are not counted', ['paused', 'pending', 'up'], 'operational'],
    ['nor among those that could have been up', ['paused', 'paused', 'down', 'down', 'up'], 'major_outage'],
    ['only paused and new ones', ['paused', 'pending'], 'unknown'],
  ])('%s', (_name, statuses, expected) => {
    expect(pageStatus(statuses)).toBe(expected);
    expect(pageStatus(statuses.toReversed())).toBe(expected);
  });

  test('silence is never green', () => {
    for (const status of ['unknown', 'pending', 'paused'] as const) expect(componentStatus(status)).toBe('unknown');
  });

  test('the worst of several states', () => {
    expect(worstStatus(['up', 'unknown', 'maintenance'])).toBe('unknown');
    expect(worstStatus([])).toBeNull();
  });
});

test('every reason has words for visitors, without names, numbers or addresses', () => {
  for (const reason of REASONS) expect(publicReason(reason)).toMatch(/^[a-z][a-z ]+$/);
});
