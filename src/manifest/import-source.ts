import { AppError } from '../core/errors.ts';
import { type Draft, type ImportSource, isObject, NotReadable, SOURCE_NAMES, TooMany } from '../core/import-draft.ts';
import { readGatus } from '../core/import-gatus.ts';
import { readHealthchecks } from '../core/import-healthchecks.ts';
import { readKuma } from '../core/import-kuma.ts';
import { readUptimeRobot } from '../core/import-uptimerobot.ts';
import { ManifestFault, MOST_BYTES, MOST_DEPTH, readSource } from './source.ts';

/** Largest file that is text, in bytes; YAML has less, see `MOST_BYTES`. */
export const MOST_TEXT = 4 * 1_048_576;

/** A foreign file that was read. */
export interface Foreign {
  source: ImportSource;
  draft: Draft;
  /** Placeholders in its texts are meant as such. */
  spelled: boolean;
}

const READERS: Record<ImportSource, (value: unknown) => Draft> = {
  kuma: readKuma,
  uptimerobot: readUptimeRobot,
  gatus: (value) => readGatus(value),
  healthchecks: readHealthchecks,
};

/**
 * Reads the settings of another product; which one is seen by what is in them unless it is said. Throws `AppError`
 * `invalid` with a sentence for whoever gave the file.
 */
export function readForeign(text: string, said: ImportSource | null): Foreign {
  if (Buffer.byteLength(text) > MOST_TEXT) throw refused('This file is larger than 4 MiB.');
  if (text.trim() === '') throw refused('This file is empty.');
  const value = parse(text.replace(/^\uFEFF/, ''));
  return readValue(value, said);
}

/** The same for what was read out of a database already. */
export function readValue(value: unknown, said: ImportSource | null): Foreign {
  const source = said ?? detect(value);
  if (source === null) {
    throw refused(
      'This is none of the files that can be read. Choose the product it comes from to learn what is missing.',
    );
  }
  const spelled = source === 'gatus';
  try {
    return { source, draft: READERS[source](spelled ? everyEnv(value) : value), spelled };
  } catch (error) {
    if (error instanceof NotReadable) throw refused(`${error.message} Is it from ${SOURCE_NAMES[source]}?`);
    if (error instanceof TooMany) throw refused(error.message);
    throw error;
  }
}

function refused(message: string): AppError {
  return new AppError('invalid', message, { fields: [{ field: 'content', message }] });
}

/** JSON, else YAML. Both with nesting far above what people write, and no deeper. */
function parse(text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      const value: unknown = JSON.parse(text);
      if (isDeep(value, MOST_DEPTH)) throw refused('This is nested too deeply.');
      return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // YAML may begin with a bracket too.
    }
  }
  if (Buffer.byteLength(text) > MOST_BYTES) throw refused('This is no JSON, and YAML may have 1 MiB at most.');
  try {
    return readSource(text).value;
  } catch (error) {
    if (error instanceof ManifestFault) throw refused(`This is neither JSON nor YAML. ${error.message}`);
    throw error;
  }
}

/** Whether something is nested deeper than that; looks no deeper itself. */
function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((one) => isDeep(one, left - 1));
}

/** The product a file comes from, by the names that only its files have. */
function detect(value: unknown): ImportSource | null {
  if (Array.isArray(value)) {
    const first: unknown = value[0];
    return isObject(first) ? (detect(first) ?? detect({ data: value })) : null;
  }
  if (!isObject(value)) return null;
  if ('monitorList' in value) return 'kuma';
  if (Array.isArray(value['checks'])) return 'healthchecks';
  if ('endpoints' in value || 'external-endpoints' in value || 'services' in value) return 'gatus';
  const rows: unknown = value['monitors'] ?? value['data'];
  const row: unknown = Array.isArray(rows) ? rows[0] : null;
  const robot = isObject(row) && ('friendly_name' in row || 'friendlyName' in row);
  return robot || (Array.isArray(rows) && ('stat' in value || 'nextLink' in value)) ? 'uptimerobot' : null;
}

const ENV = /\$\$(\{)?|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)|\$\{/g;

/** Gatus fills in its environment (`$NAME`, `${NAME}`, `$$` for a dollar): the same in the spelling of a settings file. */
function everyEnv(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(ENV, (whole, brace?: string, braced?: string, bare?: string) => {
      const name = braced ?? bare;
      if (name !== undefined) return `\${${name}}`;
      return whole === '$$' && brace === undefined ? '$' : '$${';
    });
  }
  if (Array.isArray(value)) return value.map(everyEnv);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, everyEnv(one)]));
}
