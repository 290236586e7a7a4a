import { plainMarkdown } from '../core/markdown.ts';
import { words } from '../core/words/index.ts';
import type { MaintenanceFacts, PageFacts } from './facts.ts';
import type { FormContext, Forms } from './forms.ts';
import { occurrenceId } from './occurrence.ts';

/** Octets of a line before its end (RFC 5545, 3.1). */
const LONGEST_LINE = 75;

/** Planned work as a calendar to subscribe to (RFC 5545). */
export function calendarForms(): Forms {
  return {
    ics: {
      path: '/maintenance.ics',
      contentType: 'text/calendar; charset=utf-8',
      kind: 'data',
      write: calendar,
    },
  };
}

function calendar(facts: PageFacts, { language }: FormContext): string {
  const name = text(words(language).feeds.calendar(facts.title));
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//StatusPing//Maintenance//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${name}`,
    `X-WR-CALNAME:${name}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    ...[...facts.pastMaintenance.toReversed(), ...facts.maintenance].flatMap((one) => event(one, facts, language)),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

function event(one: MaintenanceFacts, facts: PageFacts, language: FormContext['language']): string[] {
  const names = facts.components.filter(({ id }) => one.components.includes(id)).map((component) => component.name);
  const about = [
    ...(one.body === null ? [] : [plainMarkdown(one.body)]),
    ...(names.length === 0 ? [] : [words(language).maintenance.affects(names.join(', '))]),
  ].join('\n\n');
  return [
    'BEGIN:VEVENT',
    `UID:${occurrenceId(one)}@statusping`,
    `SEQUENCE:${one.changes}`,
    `DTSTAMP:${instant(one.created_at)}`,
    `DTSTART:${instant(one.starts_at)}`,
    `DTEND:${instant(one.ends_at)}`,
    `SUMMARY:${text(`${facts.title}: ${one.title}`)}`,
    ...(about === '' ? [] : [`DESCRIPTION:${text(about)}`]),
    `URL:${facts.url}`,
    'STATUS:CONFIRMED',
    // The day of the reader stays free.
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** `20261120T120000Z` */
function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** A TEXT value; control characters have no place in one. */
function text(value: string): string {
  return value
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll(/\p{Cc}|\p{Cs}/gu, '');
}

/** A content line in pieces of at most 75 octets; no character is cut in two. */
function fold(line: string): string {
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  for (const sign of line) {
    const weight = Buffer.byteLength(sign);
    if (size + weight > LONGEST_LINE) {
      pieces.push(piece);
      piece = ' ';
      size = 1;
    }
    piece += sign;
    size += weight;
  }
  return [...pieces, piece].join('\r\n');
}
