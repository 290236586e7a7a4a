import { describe, expect, test } from 'vitest';
import {
  type ComponentState,
  componentStatus,
  impactStatus,
  type PageStatus,
  pageStatus,
  worsened,
  worstOf,
} from '../../src/core/severity.ts';

describe('the verdict of a page', () => {
  test.each<[string, ComponentState[], string]>([
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
    ['lines set by hand count like monitors', ['operational', 'degraded', 'up'], 'degraded'],
    ['a partial outage by hand', ['partial_outage', 'up'], 'partial_outage'],
    ['partial outages alone are not a major one', ['partial_outage', 'partial_outage'], 'partial_outage'],
    ['by hand or measured, more than half is major', ['major_outage', 'down', 'up'], 'major_outage'],
  ])('%s', (_name, statuses, expected) => {
    expect(pageStatus(statuses)).toBe(expected);
    expect(pageStatus(statuses.toReversed())).toBe(expected);
  });

  test.each<[string, ComponentState[], PageStatus[], PageStatus]>([
    ['a report worsens', ['up', 'up'], ['degraded'], 'degraded'],
    ['and never betters', ['down', 'up'], ['degraded'], 'partial_outage'],
    ['one without impact changes nothing', ['up'], [impactStatus('none')], 'operational'],
    ['the worst of several counts', ['up'], [impactStatus('minor'), impactStatus('critical')], 'major_outage'],
    ['it speaks where nothing is measured', [], [impactStatus('minor')], 'degraded'],
    ['even of planned work', ['paused'], ['maintenance'], 'maintenance'],
    ['but without impact a page of nothing stays unknown', ['pending'], [impactStatus('none')], 'unknown'],
  ])('%s', (_name, states, atLeast, expected) => {
    expect(pageStatus(states, atLeast)).toBe(expected);
  });

  test('what reports say of a component only worsens it', () => {
    expect(worsened('up', ['operational'])).toBe('up');
    expect(worsened('up', ['degraded', 'partial_outage'])).toBe('partial_outage');
    expect(worsened('down', ['degraded'])).toBe('down');
    expect(worsened('unknown', ['maintenance'])).toBe('unknown');
    expect(worsened('paused', ['maintenance'])).toBe('maintenance');
    expect(worsened('maintenance', ['degraded'])).toBe('degraded');
  });

  test('silence is never green', () => {
    for (const status of ['unknown', 'pending', 'paused'] as const) expect(componentStatus(status)).toBe('unknown');
  });

  test('the worst of several states', () => {
    expect(worstOf(['operational', 'unknown', 'maintenance'])).toBe('unknown');
    expect(worstOf([])).toBeNull();
  });
});
