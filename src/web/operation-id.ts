/** Segments of a path that say which version or root it is under, not what it is about. */
const ROOTS = new Set(['api', 'auth']);

/**
 * What a generated client calls an operation: `listMonitors`, `createMonitor`, `pauseMonitor`,
 * `updateStatusPageReportUpdate`. `lists` says whether the answer is a page of a list.
 */
export function operationId(method: string, path: string, lists: boolean): string {
  const segments = path.split('/').filter((segment) => segment !== '' && !ROOTS.has(segment));
  const last = segments.at(-1) ?? '';
  const nouns = segments.filter((segment) => !isParameter(segment));
  const names = nouns.map((noun, i) => {
    const ofOne = isParameter(segments[segments.indexOf(noun) + 1] ?? '') || i < nouns.length - 1;
    return pascal(ofOne ? singular(noun) : noun);
  });
  if (method === 'get') return `${lists ? 'list' : 'get'}${names.join('')}`;
  if (method === 'put') return `${isParameter(last) ? 'replace' : 'set'}${names.join('')}`;
  if (method === 'patch') return `update${names.join('')}`;
  if (method === 'delete') return `delete${names.join('')}`;
  // What is posted to one thing is done to it: `/undo/{id}`.
  if (isParameter(last)) return lowerFirst(names.join(''));
  if (isPlural(last) || nouns.length === 1) return `create${[...names.slice(0, -1), pascal(singular(last))].join('')}`;
  // What is posted to a verb does it: `/monitors/{id}/pause`, `/channels/{id}/rotate-secret`; without an id, to many.
  const [verb = '', ...rest] = last.split('-');
  const whom = segments.some(isParameter) ? names.slice(0, -1) : nouns.slice(0, -1).map(pascal);
  return lowerFirst([verb, ...whom, ...rest.map(pascal)].join(''));
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

const isPlural = (word: string): boolean => /[^s]s$/.test(word) && !isParameter(word);

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return isPlural(word) ? word.slice(0, -1) : word;
}

function pascal(word: string): string {
  return word.replace(/(?:^|[-_.])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
