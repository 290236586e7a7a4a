import { xmlText as x } from '../core/xml.ts';

export type BadgeStyle = 'flat' | 'compact';

export interface Badge {
  /** Left part; nothing when empty. */
  label: string;
  message: string;
  /** `#rrggbb` behind the message. */
  colour: string;
}

const LABEL_COLOUR = '#3f3b38';
const HEIGHT = 20;
const PADDING = 6;
const FONT = 'Verdana,DejaVu Sans,Geneva,sans-serif';

/** A badge as SVG 1.1 without script, style sheet or anything from elsewhere. `compact` has no label, but says it aloud. */
export function drawBadge({ label, message, colour }: Badge, style: BadgeStyle): string {
  const shown = style === 'compact' ? '' : label;
  const left = shown === '' ? 0 : Math.round(textWidth(shown)) + 2 * PADDING;
  const right = Math.round(textWidth(message)) + 2 * PADDING;
  const name = x(label === '' ? message : `${label}: ${message}`);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" role="img" aria-label="${name}">`,
    `<title>${name}</title>`,
    `<clipPath id="r"><rect width="${left + right}" height="${HEIGHT}" rx="4"/></clipPath>`,
    '<g clip-path="url(#r)">',
    left > 0 ? `<rect width="${left}" height="${HEIGHT}" fill="${LABEL_COLOUR}"/>` : '',
    `<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${colour}"/></g>`,
    `<g font-family="${FONT}" font-size="11" text-anchor="middle">`,
    left > 0 ? words(shown, left / 2, left, '#fff') : '',
    words(message, left + right / 2, right, inkOn(colour)),
    '</g></svg>',
  ];
  return parts.join('');
}

/** The width is fixed, so that another font than the one it was measured for still fits. */
function words(text: string, middle: number, room: number, ink: string): string {
  return `<text x="${middle}" y="14" textLength="${room - 2 * PADDING}" lengthAdjust="spacingAndGlyphs" fill="${ink}">${x(text)}</text>`;
}

/** Widths in Verdana at 11 px, roughly, of the signs that are not about 7 wide. */
const NARROW = /[ .,:;!'|ijlI()[\]/ft-]/;
const BROAD = /[mwMWOQ@%&]/;
/** Scripts whose signs fill a square, and pictures. */
const SQUARE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

function textWidth(text: string): number {
  let width = 0;
  for (const sign of text) {
    if (SQUARE.test(sign)) width += 11;
    else if (NARROW.test(sign)) width += 4.2;
    else if (BROAD.test(sign)) width += 9.8;
    else width += /[A-Z]/.test(sign) ? 7.8 : 6.9;
  }
  return width;
}

/** Black or white, whichever reads better on a colour (WCAG 2 contrast). */
export function inkOn(colour: string): '#fff' | '#000' {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#fff' : '#000';
}
