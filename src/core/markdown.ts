import { renderBlocks } from './markdown-blocks.ts';

/**
 * What people wrote, as HTML of an allow-list: paragraphs, line breaks, emphasis, code, lists, quotes, small headings,
 * rules, tables and links (R-SP-1). Everything else is shown as it was typed. Takes time linear in the text.
 */
export function renderMarkdown(text: string): string {
  return renderBlocks(text);
}

/** How many line ends stand around an element; the others stand in a line. */
const GAPS: Record<string, number> = {
  p: 2,
  h3: 2,
  h4: 2,
  h5: 2,
  h6: 2,
  pre: 2,
  blockquote: 2,
  table: 2,
  ul: 2,
  ol: 2,
  hr: 2,
  li: 1,
  tr: 1,
  br: 1,
};

/** Markdown as plain text, for mails, terminals and feeds: marks gone, lists with dashes, addresses in brackets. */
export function plainMarkdown(text: string): string {
  return new Plain().read(renderMarkdown(text));
}

class Plain {
  readonly #parts: string[] = [];
  #gap = 0;
  /** The number of the next item of each list that is open, null for dashes. */
  readonly #lists: (number | null)[] = [];
  #link: { href: string; from: number } | null = null;
  #cells = 0;
  /** Nothing stands after the dash yet. */
  #fresh = false;

  /** Reads our own HTML: whatever looks like a tag is one. */
  read(html: string): string {
    for (const [, words = '', close = '', name = '', attributes = ''] of html.matchAll(
      /([^<]*)(?:<(\/?)(\w+)([^>]*)>)?/g,
    )) {
      if (words !== '') this.#write(unescaped(words));
      if (close === '/') this.#end(name);
      else if (name !== '') this.#begin(name, attributes);
    }
    return this.#parts.join('').trim();
  }

  #write(words: string): void {
    if (this.#gap > 0 && this.#parts.length > 0) {
      this.#parts.push('\n'.repeat(this.#gap), '  '.repeat(Math.max(0, this.#lists.length - 1)));
    }
    this.#gap = 0;
    this.#fresh = false;
    this.#parts.push(words);
  }

  #apart(name: string): void {
    if (this.#fresh) return;
    const lines = GAPS[name] ?? 0;
    // Items stay together.
    this.#gap = Math.max(this.#gap, this.#lists.length > 0 ? Math.min(1, lines) : lines);
  }

  #begin(name: string, attributes: string): void {
    this.#apart(name);
    if (name === 'ul') this.#lists.push(null);
    if (name === 'ol') this.#lists.push(Number(/start="(\d+)"/.exec(attributes)?.[1] ?? 1));
    if (name === 'li') this.#item();
    if (name === 'hr') {
      this.#write('---');
      this.#apart(name);
    }
    if (name === 'tr') this.#cells = 0;
    if ((name === 'td' || name === 'th') && (this.#cells += 1) > 1) this.#write(' | ');
    if (name === 'a') {
      const href = unescaped(/href="([^"]*)"/.exec(attributes)?.[1] ?? '');
      this.#link = { href, from: this.#parts.length };
    }
  }

  #item(): void {
    const number = this.#lists.at(-1) ?? null;
    this.#write(number === null ? '- ' : `${number}. `);
    this.#fresh = true;
    if (number !== null) this.#lists[this.#lists.length - 1] = number + 1;
  }

  #end(name: string): void {
    if (name === 'li') this.#fresh = false;
    if (name === 'ul' || name === 'ol') this.#lists.pop();
    if (name === 'a' && this.#link) {
      const { href, from } = this.#link;
      const label = this.#parts.slice(from).join('').trim();
      const address = href.replace(/^mailto:/, '');
      if (address.replace(/\/$/, '') !== label.replace(/\/$/, '')) this.#write(` (${address})`);
      this.#link = null;
    }
    this.#apart(name);
  }
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
