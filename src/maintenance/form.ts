import { instantText, localText } from '../core/zone.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import { type Form, textOf } from '../web/forms.ts';
import type { WindowRow } from './queries.ts';

/** What the form of a window shows: texts, so that whatever was typed comes back as it was. */
export interface WindowForm {
  /** `once` or `again`. */
  repeat: string;
  title: string;
  body: string;
  timezone: string;
  starts_at: string;
  ends_at: string;
  cron: string;
  /** Minutes. */
  length: string;
  monitor_ids: string[];
  /** Pages that announce it beside those that show one of its monitors. */
  status_page_ids: string[];
}

/** The form of a new window: an hour from the next full hour on. */
export function emptyForm(repeat: string, now: number): WindowForm {
  const start = Math.ceil(now / (60 * MINUTE)) * 60 * MINUTE;
  return {
    repeat: repeat === 'again' ? 'again' : 'once',
    title: '',
    body: '',
    timezone: 'UTC',
    starts_at: localText(start, 'UTC'),
    ends_at: localText(start + 60 * MINUTE, 'UTC'),
    cron: '0 2 * * SUN',
    length: '60',
    monitor_ids: [],
    status_page_ids: [],
  };
}

/** A stored window in its form; instants as the clock of its zone shows them. */
export function storedForm(row: WindowRow): WindowForm {
  return {
    repeat: row.cron === null ? 'once' : 'again',
    title: row.title,
    body: row.body ?? '',
    timezone: row.timezone,
    starts_at: row.starts_at === null ? '' : localText(row.starts_at, row.timezone),
    ends_at: row.ends_at === null ? '' : localText(row.ends_at, row.timezone),
    cron: row.cron ?? '',
    length: row.duration_seconds === null ? '' : String(row.duration_seconds / 60),
    monitor_ids: row.monitors.map(([id]) => id),
    status_page_ids: row.page_ids,
  };
}

/** What was sent. */
export function sentForm(form: Form): WindowForm {
  const text = (name: string) => textOf(form, name);
  const list = (name: string) => [form[name] ?? []].flat().filter((id) => id !== '');
  return {
    repeat: text('repeat') === 'again' ? 'again' : 'once',
    title: text('title'),
    body: text('body'),
    timezone: text('timezone'),
    starts_at: text('starts_at'),
    ends_at: text('ends_at'),
    cron: text('cron'),
    length: text('length'),
    monitor_ids: list('monitor_ids'),
    status_page_ids: list('status_page_ids'),
  };
}

/** The form as an input of the API; what is not a time or number stays as it is and is refused there. */
export function inputOf(form: WindowForm) {
  const { title, body, timezone, monitor_ids, status_page_ids } = form;
  const base = { title, body, timezone, monitor_ids, status_page_ids };
  if (form.repeat === 'once') {
    const { starts_at, ends_at } = form;
    const times = { starts_at: instantText(starts_at, timezone), ends_at: instantText(ends_at, timezone) };
    return { ...base, ...times, cron: null, duration_seconds: null };
  }
  const minutes = form.length.trim() === '' ? null : Number(form.length);
  return {
    ...base,
    starts_at: null,
    ends_at: null,
    cron: form.cron.trim(),
    duration_seconds: minutes === null ? null : Math.round((minutes * MINUTE) / SECOND),
  };
}
