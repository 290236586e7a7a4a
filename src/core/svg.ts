import { drawingCss, drawingStyle } from './css.ts';

/**
 * Drawings of other people, read as XML by a list of elements and attributes and written anew (R-SP-4). What may run,
 * load or link is refused by name; notes of drawing programs are left out.
 */
export type Drawing = { svg: string; problem: null } | { svg: ''; problem: string };

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const ELEMENTS = list(`svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan
  linearGradient radialGradient stop clipPath mask pattern style`);
/** Left out with all they hold. */
const NOTES = list('metadata');
const ATTRIBUTES = list(`id class d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height points viewBox
  preserveAspectRatio version fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color transform gradientUnits
  gradientTransform spreadMethod offset stop-color stop-opacity clip-path clip-rule clipPathUnits mask maskUnits
  maskContentUnits patternUnits patternTransform patternContentUnits font-family font-size font-weight font-style
  letter-spacing text-anchor dominant-baseline paint-order display visibility overflow vector-effect role aria-label
  aria-hidden xml:space style href xlink:href`);
const MOST_DEPTH = 40;
const NAME = /^[A-Za-z_][\w.:-]*/;
const ENTITY: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

class Refused extends Error {}

/** The drawing as it may be kept, or one sentence why not. */
export function cleanSvg(text: string): Drawing {
  try {
    return { svg: new Reader(text).document(), problem: null };
  } catch (error) {
    if (error instanceof Refused) return { svg: '', problem: error.message };
    throw error;
  }
}

interface Tag {
  name: string;
  attributes: [name: string, value: string][];
  closed: boolean;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, '');
  }

  document(): string {
    this.#prolog();
    const tag = this.#tag();
    if (tag?.name !== 'svg') throw new Refused('This is not an SVG drawing.');
    const names = tag.attributes.map(([name]) => name);
    if (!names.includes('viewBox') && !(names.includes('width') && names.includes('height'))) {
      throw new Refused('The drawing does not say how large it is: it needs a viewBox.');
    }
    const made = this.#element(tag, 0);
    this.#skip();
    if (this.#at < this.#text.length) throw new Refused('There is something after the end of the drawing.');
    return made;
  }

  #prolog(): void {
    this.#skip();
    const doctype = this.#text.slice(this.#at).match(/^<!DOCTYPE[^[>]*(.)/i);
    if (!doctype) return;
    if (doctype[1] === '[') throw new Refused('The drawing declares entities of its own, which are not allowed.');
    this.#at += doctype[0].length;
    this.#skip();
  }

  /** Over white space, comments and processing instructions. */
  #skip(): void {
    for (;;) {
      const found = this.#text.slice(this.#at).match(/^(?:\s+|<!--[\s\S]*?-->|<\?[\s\S]*?\?>)/);
      if (!found) return;
      this.#at += found[0].length;
    }
  }

  #tag(): Tag | null {
    if (this.#text[this.#at] !== '<') return null;
    const name = this.#text.slice(this.#at + 1).match(NAME)?.[0];
    if (name === undefined) throw new Refused('The drawing is not well-formed XML.');
    this.#at += 1 + name.length;
    const attributes: Tag['attributes'] = [];
    for (;;) {
      const rest = this.#text.slice(this.#at);
      const end = rest.match(/^\s*(\/?)>/);
      if (end) {
        this.#at += end[0].length;
        return { name, attributes, closed: end[1] === '/' };
      }
      const found = rest.match(/^\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/);
      if (!found) throw new Refused('The drawing is not well-formed XML.');
      attributes.push([found[1] ?? '', decode(found[2] ?? found[3] ?? '')]);
      this.#at += found[0].length;
    }
  }

  #element(tag: Tag, depth: number): string {
    if (depth > MOST_DEPTH) throw new Refused('The drawing is nested too deeply.');
    const note = NOTES.has(tag.name) || tag.name.includes(':');
    if (!note && !ELEMENTS.has(tag.name)) throw new Refused(`The drawing holds <${tag.name}>, which is not allowed.`);
    const open = note ? '' : `<${tag.name}${attributesOf(tag, depth === 0)}`;
    if (tag.closed) return note ? '' : `${open}/>`;
    const inside = tag.name === 'style' ? this.#style() : this.#content(tag.name, depth);
    return note ? '' : `${open}>${inside}</${tag.name}>`;
  }

  #content(name: string, depth: number): string {
    let made = '';
    for (;;) {
      this.#skipNotes();
      const rest = this.#text.slice(this.#at);
      if (rest === '') throw new Refused('The drawing is not well-formed XML.');
      if (this.#closes(name)) return made;
      if (rest.startsWith('<')) {
        const tag = this.#tag();
        if (tag) made += this.#element(tag, depth + 1);
        continue;
      }
      const text = rest.match(/^[^<]+/)?.[0] ?? '';
      this.#at += text.length;
      made += encode(decode(text));
    }
  }

  /** Over comments and processing instructions; white space may be text. */
  #skipNotes(): void {
    for (;;) {
      const found = this.#text.slice(this.#at).match(/^(?:<!--[\s\S]*?-->|<\?[\s\S]*?\?>)/);
      if (!found) return;
      this.#at += found[0].length;
    }
  }

  #closes(name: string): boolean {
    const rest = this.#text.slice(this.#at);
    if (!rest.startsWith('</')) return false;
    const end = rest.match(/^<\/([A-Za-z_][\w.:-]*)\s*>/);
    if (end?.[1] !== name) throw new Refused('The drawing is not well-formed XML.');
    this.#at += end[0].length;
    return true;
  }

  #style(): string {
    const rest = this.#text.slice(this.#at);
    const length = rest.search(/<\/style\s*>/);
    if (length === -1) throw new Refused('The drawing is not well-formed XML.');
    const raw = rest.slice(0, length);
    this.#at += length;
    this.#closes('style');
    const cdata = raw.match(/^\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*$/);
    const { css, problem } = drawingCss(cdata ? (cdata[1] ?? '') : decode(raw));
    if (problem !== null) throw new Refused(`The style of the drawing cannot be used. ${problem}`);
    return encode(css);
  }
}

function attributesOf({ name, attributes }: Tag, root: boolean): string {
  const made = root ? [' xmlns="http://www.w3.org/2000/svg"', sizeOf(attributes)] : [];
  const seen = new Set<string>();
  for (const [attribute, raw] of attributes) {
    if (seen.has(attribute)) throw new Refused('The drawing is not well-formed XML.');
    seen.add(attribute);
    const value = raw.trim();
    if (/^on/i.test(attribute)) throw new Refused(`The drawing holds a script (${attribute}), which is not allowed.`);
    if (!ATTRIBUTES.has(attribute) || (root && /^(?:width|height)$/.test(attribute))) continue;
    const kept = attribute === 'style' ? styleOf(value) : checked(name, attribute, value);
    made.push(` ${attribute === 'xlink:href' ? 'href' : attribute}="${encode(kept)}"`);
  }
  const hrefs = attributes.filter(([attribute]) => attribute === 'href' || attribute === 'xlink:href');
  if (hrefs.length > 1) throw new Refused('The drawing is not well-formed XML.');
  return made.join('');
}

/** Without a size of its own a drawing would be shown as large as its place is, which may be nothing. */
const HIGH = 48;

function sizeOf(attributes: Tag['attributes']): string {
  const find = (name: string) => attributes.find(([one]) => one === name)?.[1] ?? '';
  const [width, height] = ['width', 'height'].map((name) => find(name).match(/^\s*(\d+(?:\.\d+)?)(?:px)?\s*$/)?.[1]);
  if (width !== undefined && height !== undefined) return ` width="${width}" height="${height}"`;
  const [, , wide = Number.NaN, high = Number.NaN] = find('viewBox')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (!(wide > 0 && high > 0)) throw new Refused('The drawing does not say how large it is: it needs a viewBox.');
  return ` width="${Math.round((HIGH * wide) / high)}" height="${HIGH}"`;
}

function styleOf(value: string): string {
  const { css, problem } = drawingStyle(value);
  if (problem !== null) throw new Refused(`A style of the drawing cannot be used. ${problem}`);
  return css;
}

function checked(element: string, attribute: string, value: string): string {
  if (attribute === 'href' || attribute === 'xlink:href') {
    if (/^#[\w.:-]+$/.test(value)) return value;
    throw new Refused(`The drawing refers to something outside of itself (<${element}>), which is not allowed.`);
  }
  const foreign = value.replace(/\burl\(\s*(["']?)#[\w.:-]+\1\s*\)/g, '');
  if (/url\s*\(|javascript:|[\\<>]/i.test(foreign) && attribute !== 'aria-label') {
    throw new Refused(`The drawing refers to something outside of itself (${attribute}), which is not allowed.`);
  }
  return value;
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));?/gi, (all, decimal, hex, name) => {
    if (name !== undefined) {
      const sign = all.endsWith(';') ? ENTITY[String(name)] : undefined;
      if (sign === undefined) throw new Refused('The drawing uses an entity that is not known.');
      return sign;
    }
    const code = Number.parseInt(String(decimal ?? hex), decimal === undefined ? 16 : 10);
    if (code < 9 || code > 0x10ffff || (code > 13 && code < 32))
      throw new Refused('The drawing is not well-formed XML.');
    return String.fromCodePoint(code);
  });
}

function encode(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
