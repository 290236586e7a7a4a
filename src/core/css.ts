/**
 * Style sheets of other people, read by a grammar of our own and written anew (R-SP-3): what is not on a list does not
 * leave this file. Nothing in it can load, run, cover or escape its scope.
 */

/** The sheet that may be sent, or why not: one sentence with the line. */
export type Sheet = { css: string; problem: null } | { css: ''; problem: string };

interface Dialect {
  properties: ReadonlySet<string>;
  /** Puts a checked selector into its place. */
  scope(selector: string): string;
  /** `url(#name)` of the same file may be used: gradients and clips of a drawing. */
  local?: boolean;
}

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Tokens of ours that may be set anew, and everything that styles a box or its text in place. */
const TOKENS = list(`--bg --surface --raised --sunken --line --line-strong --ink --ink-2 --ink-3 --accent --accent-hover
  --accent-ink --accent-text --accent-tint --up --up-tint --up-fill --degraded --degraded-tint --degraded-fill --down
  --down-tint --down-fill --maintenance --maintenance-tint --maintenance-fill --unknown --unknown-tint --unknown-fill
  --radius-chip --radius-control --radius-card --font`);
const SIDES = ['', '-top', '-right', '-bottom', '-left', '-inline', '-block'];
const BOX = list(`color background background-color background-image background-size background-position
  background-repeat border-color border-style border-width border-radius border-collapse border-spacing box-shadow
  outline outline-color outline-style outline-width outline-offset opacity width min-width max-width height min-height
  max-height box-sizing display flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap order gap
  row-gap column-gap align-content align-items align-self justify-content justify-items justify-self
  grid-template-columns grid-template-rows grid-column grid-row font font-family font-size font-style font-weight
  font-stretch font-variant font-variant-numeric font-feature-settings line-height letter-spacing word-spacing text-align
  text-decoration text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness
  text-underline-offset text-indent text-overflow text-shadow text-transform text-wrap white-space overflow overflow-x
  overflow-y overflow-wrap word-break hyphens list-style-type vertical-align visibility accent-color color-scheme fill
  stroke stroke-width tab-size`);
const EDGES = SIDES.flatMap((side) => [`margin${side}`, `padding${side}`, `border${side}`]);
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'].map((corner) => `border-${corner}-radius`);
const EDGE_PARTS = SIDES.slice(1).flatMap((side) => ['color', 'style', 'width'].map((part) => `border${side}-${part}`));
const PAGE_PROPERTIES: ReadonlySet<string> = new Set([...TOKENS, ...BOX, ...EDGES, ...CORNERS, ...EDGE_PARTS]);

/** What a drawing is styled with. */
const DRAWING_PROPERTIES = list(`fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color stop-color stop-opacity clip-rule
  display visibility font-family font-size font-weight font-style letter-spacing text-anchor paint-order isolation
  mix-blend-mode clip-path mask`);
const DRAWING: Dialect = { properties: DRAWING_PROPERTIES, scope: (selector) => selector, local: true };

const FUNCTIONS = list(`rgb rgba hsl hsla hwb lab lch oklab oklch color-mix light-dark var calc min max clamp minmax
  repeat fit-content linear-gradient radial-gradient conic-gradient repeating-linear-gradient
  repeating-radial-gradient`);
const PSEUDO = list(`hover focus focus-visible focus-within active visited link target first-child last-child only-child
  first-of-type last-of-type nth-child nth-of-type nth-last-child not is where empty checked disabled open`);

/** Class of the page's body when it has a sheet of its own: nothing outside is reached. */
export const SHEET_SCOPE = 'branded';

/** What an owner wrote for their page, held to its body. */
export function pageCss(text: string): Sheet {
  return read(text, { properties: PAGE_PROPERTIES, scope: inPage });
}

/** The `<style>` of a drawing. */
export function drawingCss(text: string): Sheet {
  return read(text, DRAWING);
}

/** Declarations of a `style` attribute of a drawing. */
export function drawingStyle(text: string): Sheet {
  try {
    return { css: new Reader(text, DRAWING).declarationsOnly(), problem: null };
  } catch (error) {
    return refused(error);
  }
}

function inPage(selector: string): string {
  const inside = selector.replace(/^(?::root|html|body)(?![\w-])(?:\s*>?\s*body(?![\w-]))?/, '');
  if (inside !== selector) return `.${SHEET_SCOPE}${inside}`;
  return `.${SHEET_SCOPE} ${selector}`;
}

function read(text: string, dialect: Dialect): Sheet {
  try {
    return { css: new Reader(text, dialect).sheet(), problem: null };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Sheet {
  if (error instanceof Refused) return { css: '', problem: error.message };
  throw error;
}

class Refused extends Error {}

class Reader {
  readonly #text: string;
  readonly #dialect: Dialect;
  #at = 0;

  constructor(text: string, dialect: Dialect) {
    this.#dialect = dialect;
    this.#text = text.replace(/\r\n?|\f/g, '\n');
    this.#refuseSigns();
  }

  /** Signs that only serve to write something in another way than it reads. */
  #refuseSigns(): void {
    const odd = this.#text.match(/\\|<|[^\t\n\u0020-\u007e\u00a0-\uffff]|\/\*(?![\s\S]*?\*\/)/);
    if (odd === null) return;
    this.#at = odd.index ?? 0;
    if (odd[0] === '/*') this.#refuse('this comment does not end');
    this.#refuse(`${/[\\<]/.test(odd[0]) ? `the sign “${odd[0]}”` : 'a control character'} cannot be used`);
  }

  sheet(): string {
    const rules = this.#rules(false);
    this.#space();
    if (this.#at < this.#text.length) this.#refuse('there is a “}” too many');
    return rules;
  }

  declarationsOnly(): string {
    const found = this.#declarations();
    if (this.#at < this.#text.length) this.#refuse('there is a “}” too many');
    return found;
  }

  #rules(inside: boolean): string {
    let made = '';
    for (;;) {
      this.#space();
      const sign = this.#text[this.#at];
      if (sign === undefined || sign === '}') return made;
      made += sign === '@' ? this.#media(inside) : this.#rule();
    }
  }

  #media(inside: boolean): string {
    const name =
      this.#text
        .slice(this.#at)
        .match(/^@([\w-]*)/)?.[1]
        ?.toLowerCase() ?? '';
    if (name !== 'media') this.#refuse(`“@${name}” cannot be used; only @media can`);
    if (inside) this.#refuse('“@media” stands inside another one');
    const start = this.#at + '@media'.length;
    const query = this.#until('{')
      .slice(start - this.#at)
      .trim();
    if (
      !/^(?:(?:screen|print|all|only|not|and)\b|\(\s*[a-z-]+\s*(?:[:<>=]{1,2}\s*[\w.-]+\s*)?\)|[\s,])+$/i.test(query)
    ) {
      this.#refuse('this “@media” cannot be read; write it as @media (max-width: 600px)');
    }
    this.#at = start + this.#text.slice(start).indexOf('{') + 1;
    const rules = this.#rules(true);
    this.#close();
    return `@media ${squeeze(query)}{${rules}}`;
  }

  #rule(): string {
    const selectors = this.#until('{');
    const own = splitTop(bare(selectors)).map((one) => {
      const selector = squeeze(one);
      this.#checkSelector(selector);
      return this.#dialect.scope(selector);
    });
    this.#at += selectors.length + 1;
    const body = this.#declarations();
    this.#close();
    return body === '' ? '' : `${own.join(',')}{${body}}`;
  }

  #checkSelector(selector: string): void {
    if (selector === '') this.#refuse('a selector is missing');
    if (!/^[\w\s.#*>+~:(),-]+$/.test(selector)) this.#refuse(`the selector “${short(selector)}” cannot be used`);
    // Brackets in pairs, or it would reach over the comma of our own scope.
    if (!balanced(selector)) this.#refuse(`the selector “${short(selector)}” cannot be read`);
    for (const [, colons = '', name = ''] of selector.matchAll(/(:+)([\w-]*)/g)) {
      const known = PSEUDO.has(name.toLowerCase()) || name === 'root';
      if (colons !== ':' || !known) this.#refuse(`“${colons}${name}” cannot be used in a selector`);
    }
    if (/\(/.test(selector.replace(/:[\w-]+\(/g, ''))) this.#refuse(`the selector “${short(selector)}” cannot be read`);
  }

  #declarations(): string {
    const made: string[] = [];
    for (;;) {
      this.#space();
      const sign = this.#text[this.#at];
      if (sign === undefined || sign === '}') return made.join(';');
      if (sign === ';') {
        this.#at++;
        continue;
      }
      made.push(this.#declaration());
    }
  }

  #declaration(): string {
    const rest = this.#text.slice(this.#at);
    const raw = rest.match(/^(?:"[^"\n]*"|'[^'\n]*'|[^;{}"'])*/)?.[0] ?? '';
    const next = rest[raw.length];
    if (next === '{') this.#refuse('rules cannot stand inside rules');
    if (next === '"' || next === "'") this.#refuse('a quotation mark is not closed');
    const whole = bare(raw);
    const [, name = '', value = ''] = whole.match(/^\s*([\w-]+)\s*:([\s\S]*)$/) ?? [];
    const property = name.startsWith('--') ? name : name.toLowerCase();
    if (name === '') this.#refuse(`“${short(whole.trim())}” is not “property: value”`);
    if (!this.#dialect.properties.has(property))
      this.#refuse(`“${short(name)}” is not among the properties that can be set`);
    const checked = squeeze(value);
    this.#checkValue(property, checked);
    this.#at += raw.length;
    return `${property}:${checked}`;
  }

  #checkValue(property: string, value: string): void {
    if (value === '') this.#refuse(`“${property}” has no value`);
    const own = this.#dialect.local ? value.replace(/\burl\(\s*(["']?)#[\w.-]+\1\s*\)/g, 'x') : value;
    const plain = own.replace(/\s*!\s*important$/i, '').replace(/"[\w .-]*"|'[\w .-]*'/g, 'x');
    for (const [, name = ''] of plain.matchAll(/(-?[A-Za-z_][\w-]*)\(/g)) {
      if (!FUNCTIONS.has(name.toLowerCase())) this.#refuse(`“${name}()” cannot be used in a value`);
    }
    if (!/^[\w\s#%.,()/*+-]+$/.test(plain)) this.#refuse(`the value of “${property}” cannot be used`);
    if (!balanced(plain)) this.#refuse(`the brackets of “${property}” do not match`);
    // It would lie over the rest.
    if (property.startsWith('margin') && /-\s*(?:\d|\.|calc|var|max|min|clamp)/.test(plain)) {
      this.#refuse('a margin cannot be less than nothing');
    }
  }

  #close(): void {
    this.#space();
    if (this.#text[this.#at] !== '}') this.#refuse('a “}” is missing');
    this.#at++;
  }

  /** Up to a sign, which must come before the end and before a brace of the other kind. */
  #until(sign: '{'): string {
    const rest = this.#text.slice(this.#at);
    const length = rest.replace(/\/\*[\s\S]*?\*\//g, (comment) => ' '.repeat(comment.length)).search(/[{}]/);
    if (length === -1 || rest[length] !== sign) this.#refuse('a “{” is missing');
    return rest.slice(0, length);
  }

  #space(): void {
    this.#at += this.#text.slice(this.#at).match(/^(?:\s|\/\*[\s\S]*?\*\/)*/)?.[0].length ?? 0;
  }

  #refuse(why: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new Refused(`Line ${line}: ${why}.`);
  }
}

/** Without comments. */
function bare(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, ' ');
}

function squeeze(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** At the commas outside of brackets. */
function splitTop(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of text) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  return parts;
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === '(') depth++;
    if (sign === ')' && --depth < 0) return false;
  }
  return depth === 0;
}
