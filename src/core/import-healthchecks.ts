import { oneLine } from './alert.ts';
import { Draft, isObject, NotReadable, scalarText } from './import-draft.ts';
import { heartbeatTimes, nameOf, Sheet, tagsOf } from './import-sheet.ts';
import type { Entry } from './manifest.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** Between two runs by a cron expression the grace decides; the interval only has to be something. */
const CRON_INTERVAL = 3_600;
const FILTER = 'Bodies of pings are kept, and not searched for words.';

/** Reads `{"checks": […]}` of the management API of Healthchecks, versions 1 to 3. Throws `NotReadable`. */
export function readHealthchecks(value: unknown): Draft {
  const draft = new Draft();
  const file = new Sheet('the answer', Array.isArray(value) ? { checks: value as unknown[] } : value, draft.losses);
  const checks = file.take('checks');
  if (!Array.isArray(checks)) throw new NotReadable('This file has no list of checks ("checks").');
  for (const one of checks) readCheck(one, draft);
  file.close();
  return draft;
}

function readCheck(value: unknown, draft: Draft): void {
  const given = isObject(value) ? scalarText(value['name']) : null;
  const sheet = new Sheet(`check "${given ?? '(no name)'}"`, value, draft.losses);
  const slug = sheet.text('slug');
  const name = nameOf(sheet, sheet.text('name'), slug ?? 'Check');
  const token = tokenOf(sheet);
  const entry: Entry = {
    name,
    type: 'heartbeat',
    ...times(sheet),
    ...tagsOf(sheet, (sheet.text('tags') ?? '').split(/\s+/)),
    ...(sheet.text('status') === 'paused' ? { paused: true } : {}),
    ...(token === null ? {} : { ping_token: token }),
  };
  if (slug !== null) sheet.lose('slug', 'Heartbeats are pinged by their token, not by a name.');
  sheet.drop('desc', 'Monitors have no description here.');
  for (const id of (sheet.text('channels') ?? '').split(',')) {
    if (id.trim() !== '')
      sheet.lose(`channel ${oneLine(id, 60)}`, 'Who is told is not in this file. The default channels are.');
  }
  sheet.drop('manual_resume', 'A ping of a paused heartbeat does not resume it, as there.', false);
  sheet.drop('methods', 'Pings may come by GET, HEAD and POST.');
  for (const word of ['start_kw', 'success_kw', 'failure_kw', 'subject', 'subject_fail']) sheet.drop(word, FILTER);
  for (const filter of ['filter_subject', 'filter_body', 'filter_http_body', 'filter_default_fail']) {
    sheet.drop(filter, FILTER);
  }
  // Not settings: what happened so far, and addresses that follow from the token.
  sheet.skip('n_pings', 'started', 'last_ping', 'next_ping', 'last_duration', 'badge_url', 'unique_key');
  sheet.skip('update_url', 'pause_url', 'resume_url');
  sheet.close();
  draft.add('monitors', entry);
}

/** The secret part of the address that jobs call already; a read-only key does not tell it. */
function tokenOf(sheet: Sheet): string | null {
  const [uuid, url] = [sheet.text('uuid'), sheet.text('ping_url')];
  const token = UUID.exec(uuid ?? '')?.[0] ?? UUID.exec(url ?? '')?.[0] ?? null;
  if (token === null) {
    sheet.lose(
      'ping_url',
      'The file does not tell the ping address, so the heartbeat gets a new one: read it with a key that may write.',
    );
  }
  return token;
}

function times(sheet: Sheet): Entry {
  const grace = sheet.number('grace') ?? 3_600;
  const cron = sheet.text('schedule');
  const zone = sheet.text('tz');
  const timeout = sheet.number('timeout');
  if (cron !== null) {
    const config = { grace_seconds: Math.max(1, grace), cron, ...(zone === null ? {} : { timezone: zone }) };
    return { interval: CRON_INTERVAL, config };
  }
  if (zone !== null && zone !== 'UTC') sheet.lose('tz', 'Only a cron expression has a time zone.');
  const { interval, grace_seconds } = heartbeatTimes(timeout ?? 86_400, grace);
  return { interval, config: { grace_seconds } };
}
