import { type Appearance, BRANDED } from '../core/page.ts';
import type { FieldError } from '../core/errors.ts';
import { type Form, textOf } from '../web/forms.ts';

/** What the form of a page's look holds, as it was typed. */
export interface LookForm {
  accent: string;
  accent_dark: string;
  theme: string;
  header_links: string;
  footer_text: string;
  footer_links: string;
  css: string;
  show_uptime: boolean;
  show_history: boolean;
  frame_ancestors: string;
}

type Links = NonNullable<Appearance['header_links']>;

export function storedLook(look: Appearance): LookForm {
  return {
    accent: look.accent ?? '',
    accent_dark: look.accent_dark ?? '',
    theme: look.theme ?? 'auto',
    header_links: linkLines(look.header_links ?? []),
    footer_text: look.footer_text ?? '',
    footer_links: linkLines(look.footer_links ?? []),
    css: look.css ?? '',
    show_uptime: look.show_uptime !== false,
    show_history: look.show_history !== false,
    frame_ancestors: (look.frame_ancestors ?? []).join('\n'),
  };
}

/** Fields that a plan locks are not sent by the browser: what is stored of them stays. */
export function sentLook(raw: Form, stored: LookForm, branded: boolean): LookForm {
  const text = (name: string) => textOf(raw, name);
  const own = { accent: text('accent').trim(), accent_dark: text('accent_dark').trim(), css: text('css') };
  return {
    ...(branded ? own : { accent: stored.accent, accent_dark: stored.accent_dark, css: stored.css }),
    theme: text('theme'),
    header_links: text('header_links'),
    footer_text: text('footer_text'),
    footer_links: text('footer_links'),
    show_uptime: text('show_uptime') === 'true',
    show_history: text('show_history') === 'true',
    frame_ancestors: text('frame_ancestors'),
  };
}

/** What the schema of pages takes; what is empty is a preset and left out. */
export function lookInput(form: LookForm): { [part in keyof Appearance]?: unknown } {
  const links = { header_links: linksOf(form.header_links), footer_links: linksOf(form.footer_links) };
  const frames = linesOf(form.frame_ancestors).map((line) => line.replace(/\/$/, ''));
  return {
    ...Object.fromEntries(BRANDED.flatMap((part) => (form[part].trim() === '' ? [] : [[part, form[part]]]))),
    ...(form.theme === 'auto' ? {} : { theme: form.theme }),
    ...Object.fromEntries(Object.entries(links).filter(([, some]) => some.length > 0)),
    ...(form.footer_text.trim() === '' ? {} : { footer_text: form.footer_text }),
    ...(form.show_uptime ? {} : { show_uptime: false }),
    ...(form.show_history ? {} : { show_history: false }),
    ...(frames.length === 0 ? {} : { frame_ancestors: frames }),
  };
}

/** Faults of single entries, told beside the text field that holds them. */
export function lookErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  const told: Record<FieldError['field'], string> = {};
  for (const [field, message] of Object.entries(errors)) {
    const [, part = field, index] = field.match(/^appearance\.(\w+)(?:\.(\d+))?/) ?? [];
    told[part] ??= index === undefined ? message : `Line ${Number(index) + 1}: ${message}`;
  }
  return told;
}

function linkLines(links: Links): string {
  return links.map(({ label, url }) => `${label} ${url}`).join('\n');
}

/** A link a line: its name, then its address. */
function linksOf(text: string): Links {
  return linesOf(text).map((line) => {
    const [, label = '', url = ''] = line.match(/^(.*?)\s*(\S*)$/) ?? [];
    return label === '' && !/^(?:https?:\/\/|mailto:)/i.test(url) ? { label: url, url: '' } : { label, url };
  });
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
