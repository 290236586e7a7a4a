/** Red, green, blue from 0 to 255. */
type Rgb = [number, number, number];

/** What the page writes on: by day and by night (`--bg`, `--surface` and `--sunken` as sRGB). */
const PAPER = { light: ['#faf9f7', '#ffffff', '#f4f3f0'], dark: ['#0e0d0b', '#151413', '#1f1d1b'] } as const;
/** WCAG 2: text of ordinary size. */
const READABLE = 4.5;
const STEP = 0.02;

/** What is made of an accent: a colour to write with, one to fill with, one to write on the fill, and a tint. */
export interface Accent {
  text: string;
  fill: string;
  ink: string;
  tint: string;
  /** The colour itself could not be read as text. */
  adjusted: boolean;
}

/** Makes an accent readable on the page: what is too pale by day is darkened, what is too dark by night lightened. */
export function accentOf(colour: string, theme: 'light' | 'dark'): Accent {
  const paper = PAPER[theme];
  const text = until(colour, theme === 'light' ? '#000000' : '#ffffff', (one) =>
    paper.every((under) => contrast(one, under) >= READABLE),
  );
  // Whatever the colour, one of the two reads on it at 4.58:1 or better.
  const ink = contrast(colour, '#ffffff') >= READABLE ? '#ffffff' : '#000000';
  return {
    text,
    fill: colour.toLowerCase(),
    ink,
    tint: mix(paper[1], text, theme === 'light' ? 0.08 : 0.16),
    adjusted: text !== colour.toLowerCase(),
  };
}

/** Contrast of two colours as WCAG 2 counts it, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The first step on the way to `end` that will do. */
function until(colour: string, end: string, willDo: (colour: string) => boolean): string {
  for (let part = 0; part < 1; part += STEP) {
    const made = mix(colour, end, part);
    if (willDo(made)) return made;
  }
  return end;
}

function mix(from: string, to: string, part: number): string {
  const [a, b] = [parse(from), parse(to)];
  return `#${a.map((value, i) => hex(Math.round(value + ((b[i] ?? 0) - value) * part))).join('')}`;
}

function luminance(colour: string): number {
  const [r, g, b] = parse(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(colour: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as Rgb;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
