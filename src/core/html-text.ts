/** What HTML of these tags is in Markdown, where they open and where they close. Others of `KNOWN` leave nothing. */
const MARKS: Record<string, [open: string, close: string]> = {
  br: ['\n', '\n'],
  p: ['\n\n', '\n\n'],
  div: ['\n', '\n'],
  ul: ['\n\n', '\n\n'],
  ol: ['\n\n', '\n\n'],
  li: ['\n- ', ''],
  h1: ['\n\n### ', '\n\n'],
  h2: ['\n\n### ', '\n\n'],
  h3: ['\n\n### ', '\n\n'],
  h4: ['\n\n### ', '\n\n'],
  b: ['**', '**'],
  strong: ['**', '**'],
  i: ['*', '*'],
  em: ['*', '*'],
  code: ['`', '`'],
  hr: ['\n\n---\n\n', ''],
};
const KNOWN = new Set([
  ...Object.keys(MARKS),
  ...`a span u small font pre blockquote table tbody thead tr td th img iframe svg object embed form input button link
  meta html body head h5 h6`.split(/\s+/),
]);
/** What stands between these is no text. */
const ENDS: Record<string, RegExp> = {
  script: /<\/script[^>]*>/gi,
  style: /<\/style[^>]*>/gi,
  template: /<\/template[^>]*>/gi,
  noscript: /<\/noscript[^>]*>/gi,
  title: /<\/title[^>]*>/gi,
};

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
};

/**
 * Text that may hold HTML as Markdown: emphasis, lists and links to web addresses stay, scripts and comments go with
 * what is in them, tags that nobody knows stay as they were typed. The result is text, to be rendered as any other.
 */
export function htmlToMarkdown(source: string): string {
  const hrefs: (string | null)[] = [];
  const text = withoutSilent(source).replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s|\/)[^<>]*)?>/gi,
    (typed: string, close: string, tag: string, attributes = '') => {
      const name = tag.toLowerCase();
      if (!KNOWN.has(name)) return typed;
      if (name !== 'a') return MARKS[name]?.[close === '' ? 0 : 1] ?? '';
      if (close !== '') {
        const href = hrefs.pop() ?? null;
        return href === null ? '' : `](${href})`;
      }
      const href = webAddress(attributes);
      hrefs.push(href);
      return href === null ? '' : '[';
    },
  );
  return tidy(decoded(text));
}

/** Text of one line: no control signs, no runs of blanks. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Comments and scripts; those that are never closed reach to the end, so that each end is looked for once: linear. */
function withoutSilent(source: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const opening of source.matchAll(/<!--|<(script|style|template|noscript|title)(?=[\s/>])/gi)) {
    if (opening.index < from) continue;
    parts.push(source.slice(from, opening.index));
    const end = ENDS[opening[1]?.toLowerCase() ?? ''] ?? /-->/g;
    end.lastIndex = opening.index;
    if (!end.test(source)) return parts.join('');
    from = end.lastIndex;
  }
  parts.push(source.slice(from));
  return parts.join('');
}

function webAddress(attributes: string): string | null {
  const found = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes);
  const text = decoded(found?.[1] ?? found?.[2] ?? found?.[3] ?? '').trim();
  if (!/^(https?:\/\/|mailto:)/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).href.replaceAll('(', '%28').replaceAll(')', '%29');
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (typed, decimal, hex, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? typed;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0x1f && code <= 0x10_ffff ? String.fromCodePoint(code) : ' ';
  });
}

function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
