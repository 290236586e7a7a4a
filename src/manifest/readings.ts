import type { ImportLoss, ImportSource } from '../core/import-draft.ts';
import type { Manifest } from '../core/manifest.ts';
import { importText, settle } from './import-document.ts';
import { readForeign } from './import-source.ts';
import { readTables } from './import-tables.ts';
import { type Read, readManifest } from './parse.ts';
import type { Values, Variable } from './placeholders.ts';
import type { Current } from './server.ts';
import { exportManifest } from './write.ts';

/** Settings of another product as they were given. They hold secrets. */
export interface Given {
  /** The text of a file, or the tables that were taken out of a database. */
  as: 'text' | 'tables';
  content: string;
  /** Seen by the content when null. */
  source: ImportSource | null;
}

/** What they come to. */
export interface Imported {
  source: ImportSource;
  manifest: Manifest;
  variables: Variable[];
  losses: ImportLoss[];
  /** The settings file; empty unless it was asked for. */
  document: string;
}

/**
 * Work on a whole file or account that looks at nothing else: what goes in and what comes out are plain values, so that
 * it can be done in another thread. Throws `ManifestFault` and `AppError` for whoever gave the file.
 */
export const READINGS = {
  manifest: ({ text, values }: { text: string; values: Values }): Read => readManifest(text, values, 'keep'),
  account: ({ current }: { current: Current }): string => exportManifest(current),
  foreign: ({ given, values, document }: { given: Given; values: Values; document: boolean }): Imported => {
    const foreign = given.as === 'tables' ? readTables(given.content) : readForeign(given.content, given.source);
    const settled = settle(foreign.draft, foreign.spelled, values);
    const { manifest, variables } = settled.parsed;
    const text = document ? importText(settled, false).text : '';
    return { source: foreign.source, manifest, variables, losses: settled.losses, document: text };
  },
} as const;

export type Reading = keyof typeof READINGS;
export type Asked<R extends Reading> = Parameters<(typeof READINGS)[R]>[0];
export type Answered<R extends Reading> = ReturnType<(typeof READINGS)[R]>;
