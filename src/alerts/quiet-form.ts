import type { Form } from '../web/forms.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The quiet hours of a form, folded away unless there are some or they do not fit. */
export function quietFields(
  values: Form,
  text: (name: string) => string,
  errorOf: (...names: string[]) => string | undefined,
) {
  const days = [values['quiet.days'] ?? []].flat();
  const zone = text('quiet.timezone') || 'UTC';
  const [from, to] = [text('quiet.hours.from'), text('quiet.hours.to')];
  return {
    open: from !== '' || to !== '' || days.length > 0 || errorOf('quiet') !== undefined,
    zone: {
      name: 'quiet.timezone',
      label: 'Time zone',
      type: 'select',
      value: zone,
      error: errorOf('quiet.timezone'),
      options: zones(zone).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
    },
    from: {
      name: 'quiet.hours.from',
      label: 'Quiet from',
      type: 'time',
      value: from,
      error: errorOf('quiet.hours', 'quiet'),
    },
    to: { name: 'quiet.hours.to', label: 'until', type: 'time', value: to },
    days: DAYS.map((label, index) => ({
      label,
      value: String(index + 1),
      checked: days.includes(String(index + 1)),
    })),
    daysError: errorOf('quiet.days'),
    summary: quietSummary(
      from,
      to,
      days.map((day) => DAYS[Number(day) - 1] ?? ''),
      zone,
    ),
  };
}

function quietSummary(from: string, to: string, days: string[], zone: string): string {
  const parts = [from && to ? `${from} to ${to}` : '', days.join(', ')].filter((part) => part !== '');
  return parts.length === 0 ? 'None: alerts leave at any hour' : `${parts.join(', all day ')} (${zone})`;
}

function zones(chosen: string): string[] {
  return [...new Set(['UTC', chosen, ...Intl.supportedValuesOf('timeZone')])];
}
