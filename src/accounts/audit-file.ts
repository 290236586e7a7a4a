import type { Db } from '../db/client.ts';
import { listRecord, type RecordFilter, type RecordRow } from './audit-list-queries.ts';
import { CSV_HEAD, entryCsv, entryJson } from './audit-shape.ts';

/** Entries that are read at once: a few milliseconds of work, after which others have their turn. */
const PART = 100;

type Asked = Omit<RecordFilter, 'before' | 'limit'>;

/** The record as CSV, piece by piece: years of it are never in memory at once. */
export function recordCsv(db: Db, accountId: string, asked: Asked): ReadableStream<Uint8Array> {
  return streamed(async function* () {
    yield CSV_HEAD;
    for await (const rows of parts(db, accountId, asked)) yield rows.map(entryCsv).join('');
  });
}

/** The record as one JSON array, an entry a line. */
export function recordJson(db: Db, accountId: string, asked: Asked): ReadableStream<Uint8Array> {
  return streamed(async function* () {
    let comma = '[\n';
    for await (const rows of parts(db, accountId, asked)) {
      yield comma + rows.map((row) => JSON.stringify(entryJson(row, true))).join(',\n');
      comma = ',\n';
    }
    yield comma === '[\n' ? '[]\n' : '\n]\n';
  });
}

async function* parts(db: Db, accountId: string, asked: Asked): AsyncGenerator<RecordRow[]> {
  for (let before: number | null = null; ; ) {
    const rows: RecordRow[] = await listRecord(db, accountId, { ...asked, before, limit: PART });
    if (rows.length > 0) yield rows;
    await new Promise((resolve) => setImmediate(resolve));
    const last = rows.at(-1);
    if (!last || rows.length < PART) return;
    before = last.id;
  }
}

function streamed(write: () => AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = write();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
