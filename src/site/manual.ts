import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../config.ts';
import { renderMarkdown } from '../core/markdown.ts';

/** A page of the manual, as it is listed. */
export interface ManualEntry {
  name: string;
  href: string;
  title: string;
}

const FOLDER = join(ROOT, 'views/docs');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');

/** The pages of the manual, by title. */
export function listManual(): ManualEntry[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const name = file.slice(0, -'.md'.length);
      return { name, href: `/docs/${name}`, title: split(readFileSync(join(FOLDER, file), 'utf8')).title };
    })
    .toSorted((a, b) => a.title.localeCompare(b.title));
}

/** A page of the manual as a title and HTML, or null when there is none of that name. */
export function readManual(name: string): { title: string; html: string } | null {
  const entry = listManual().find((one) => one.name === name);
  return entry ? drawn(readFileSync(join(FOLDER, `${entry.name}.md`), 'utf8')) : null;
}

/** What has changed, newest first, or null where the file was not installed. */
export function readChangelog(): { title: string; html: string } | null {
  return existsSync(CHANGELOG) ? drawn(readFileSync(CHANGELOG, 'utf8')) : null;
}

/** A link to a page of this installation: people's own markdown has only whole addresses. */
const OWN_LINK = /\[([^\]<]+)\]\((\/[\w/.-]*)\)/g;

function drawn(text: string): { title: string; html: string } {
  const { title, rest } = split(text);
  return { title, html: outlined(renderMarkdown(rest)) };
}

/** The first heading is the title of the page. */
function split(text: string): { title: string; rest: string } {
  const [, title = '', rest = text] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
  return { title, rest };
}

/**
 * Our HTML with its highest headings on the second level, below the title, so that no level is left out. The lines of a
 * file are as long as editors like them; a person's own line breaks, which `renderMarkdown` keeps, are not meant here.
 */
function outlined(html: string): string {
  const levels = [...html.matchAll(/<h([3-6])>/g)].map(([, level]) => Number(level));
  const up = Math.min(...levels) - 2;
  return (
    html
      .replaceAll(/<br>\n?/g, ' ')
      .replaceAll(OWN_LINK, '<a href="$2">$1</a>')
      // Longer lines are read by scrolling, which wants a place for the keyboard.
      .replaceAll('<pre>', '<pre tabindex="0">')
      .replace(/(<\/?h)([3-6])>/g, (_, tag: string, level: string) => `${tag}${Number(level) - up}>`)
  );
}
