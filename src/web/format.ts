import { DAY, duration, HOUR, MINUTE, SECOND, type Clock, utcDate } from '../core/time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Figures and instants as views write them, in UTC. Epoch ms in; an en dash stands for "no value". */
export function createFormat(clock: Clock) {
  return {
    iso: (ms: number) => new Date(ms).toISOString(),
    /** "21 Nov 2026, 10:05 UTC" */
    time: (ms: number) => `${day(ms)}, ${new Date(ms).toISOString().slice(11, 16)} UTC`,
    /** "21 Nov 2026" */
    date: day,
    /** "10:05:09" */
    clock: (ms: number) => new Date(ms).toISOString().slice(11, 19),
    duration,
    /** "5 min" for whole units, as intervals are written. */
    interval: (seconds: number) => duration(seconds * SECOND),
    percent,
    ms: milliseconds,
    ago: (ms: number) => ago(clock.now() - ms),
    /** "1,234" */
    count: (n: number) => n.toLocaleString('en-US'),
    day: utcDate,
  };
}

function day(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** Cut, not rounded: 99.999 must not read as a perfect 100 %. */
function percent(value: number | null): string {
  if (value === null) return '–';
  const cut = Math.floor(value * 100 + 1e-6) / 100;
  return `${cut >= 100 ? '100' : cut.toFixed(2)}%`;
}

function milliseconds(value: number | null): string {
  if (value === null) return '–';
  return value < SECOND ? `${Math.round(value)} ms` : `${(value / SECOND).toFixed(2)} s`;
}

function ago(passed: number): string {
  if (Math.abs(passed) < 2 * SECOND) return 'just now';
  const size = Math.abs(passed);
  const [unit, word] =
    size < MINUTE ? [SECOND, 's'] : size < HOUR ? [MINUTE, 'min'] : size < DAY ? [HOUR, 'h'] : [DAY, 'd'];
  const figure = `${Math.floor(size / unit)} ${word}`;
  return passed > 0 ? `${figure} ago` : `in ${figure}`;
}
