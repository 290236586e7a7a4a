import { LANGUAGE_TAG, type Language } from '../language.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';

const UNITS = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
] as const;

/** About 30 kB each once everything of it was used. */
const MOST_KNOWN = 300;
const KNOWN = new Map<string, Formats>();
/** Of each kind. */
const MOST_FIGURES = 200;

export type Formats = ReturnType<typeof createFormats>;

/** Dates, times and figures as a language writes them, on the clock of a zone (IANA). All instants are epoch ms. */
export function formats(language: Language, zone: string): Formats {
  const key = `${language} ${zone}`;
  const known = KNOWN.get(key);
  if (known) return known;
  const made = createFormats(LANGUAGE_TAG[language], zone, language === 'en' ? 'narrow' : 'short');
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(key, made);
  return made;
}

function createFormats(tag: string, timeZone: string, unitDisplay: 'narrow' | 'short') {
  const dates = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
    // Building one costs fifty readings, and few pages need all.
    let format: Intl.DateTimeFormat | undefined;
    return remembered((ms) => {
      format ??= new Intl.DateTimeFormat(tag, { timeZone, hourCycle: 'h23', ...options });
      return format.format(ms);
    });
  };
  const shortDay = dates({ day: 'numeric', month: 'short' });
  const day = dates({ day: 'numeric', month: 'long', year: 'numeric' });
  const month = dates({ month: 'long', year: 'numeric' });
  const clock = dates({ hour: '2-digit', minute: '2-digit' });
  const hour = dates({ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
  const stamp = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
  const full = dates({
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const whole = new Intl.NumberFormat(tag);
  const share = new Intl.NumberFormat(tag, {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const perfect = new Intl.NumberFormat(tag, { style: 'percent' }).format(1);
  const list = new Intl.ListFormat(tag);
  const units = Object.fromEntries(
    ['day', 'hour', 'minute', 'second', 'millisecond'].map((unit) => [
      unit,
      new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: unit === 'millisecond' ? 'short' : unitDisplay }),
    ]),
  );

  return {
    /** "16 Oct" */
    shortDay,
    /** "16 October 2026" */
    day,
    /** "October 2026" */
    month,
    /** "10:05" */
    clock,
    /** "10:05 CET", for a day that was named before. */
    hour,
    /** "16 Oct, 10:05 CET" */
    stamp,
    /** "16 October 2026 at 10:05 CET", where the year is not plain. */
    full,
    /** "2h 30m": two units at most, seconds rounded. */
    duration: remembered((ms: number): string => {
      let rest = Math.max(0, Math.round(ms / SECOND)) * SECOND;
      const parts: string[] = [];
      for (const [size, unit] of UNITS) {
        const count = Math.floor(rest / size);
        rest -= count * size;
        if (count > 0) parts.push(units[unit]?.format(count) ?? '');
        // Days and minutes together would leave out the hours between them.
        else if (parts.length > 0) break;
        if (parts.length === 2) break;
      }
      return parts.length === 0 ? (units['second']?.format(0) ?? '') : parts.join(' ');
    }),
    /** "182 ms" */
    milliseconds: (ms: number) => units['millisecond']?.format(Math.round(ms)) ?? '',
    /** "1,234" */
    count: (n: number) => whole.format(n),
    /** "99.30%": cut after two digits, so that 100% means that nothing was lost. */
    percent: remembered((value) => (value >= 100 ? perfect : share.format(Math.floor(value * 100 + 1e-6) / 10_000))),
    /** "A, B and C" */
    list: (names: string[]) => list.format(names),
  };
}

/** Pages say the same figures again and again; writing one costs a hundred times what finding it does. */
function remembered(write: (n: number) => string): (n: number) => string {
  const known = new Map<number, string>();
  return (n) => {
    const found = known.get(n);
    if (found !== undefined) return found;
    const made = write(n);
    if (known.size >= MOST_FIGURES) known.clear();
    known.set(n, made);
    return made;
  };
}
