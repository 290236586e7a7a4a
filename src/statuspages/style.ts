/**
 * Makes the sheet that a public page carries: our own CSS without what only people need, the tokens it uses and no
 * others, `light-dark()` as a media query and `oklch()` as plain colours, because visitors come with browsers older
 * than both.
 */
export function compactStyle(css: string): string {
  const small = minify(css.replace(/oklch\(([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)/g, plainColour)).replace(
    /\[data-theme=[^{]*\{[^}]*\}/g,
    '',
  );
  const root = small.match(/:root\{([^}]*)\}/);
  if (!root) return small;
  const rest = small.replace(root[0], '');
  const tokens = usedTokens(declarations(root[1] ?? ''), rest);
  const dark = tokens.filter(([, value]) => value.includes('light-dark('));
  const light = tokens.map(([name, value]) => `${name}:${choose(value, 0)}`);
  const night = dark.map(([name, value]) => `${name}:${choose(value, 1)}`);
  return `:root{color-scheme:light dark;${light.join(';')}}@media (prefers-color-scheme:dark){:root{${night.join(';')}}}${rest}`;
}

/** Declarations by day and by night of a sheet that `compactStyle` made: what a page with a theme of its own sets. */
export function themeTokens(style: string): { light: string; dark: string } {
  const [, light = '', dark = ''] =
    style.match(/^:root\{color-scheme:light dark;([^}]*)\}@media \(prefers-color-scheme:dark\)\{:root\{([^}]*)\}\}/) ??
    [];
  return { light, dark };
}

function minify(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/([a-z0-9-]): /g, '$1:')
    .replaceAll(';}', '}')
    .replace(/([\s(,:-])0\.(?=\d)/g, '$1.')
    .trim();
}

type Declaration = [name: string, value: string];

function declarations(body: string): Declaration[] {
  return body
    .split(';')
    .filter((line) => line.startsWith('--'))
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
}

/** Those the rules name, and those that these name in turn. */
function usedTokens(all: Declaration[], rules: string): Declaration[] {
  const used = new Set<string>();
  const follow = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/var\((--[\w-]+)/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all.find(([other]) => other === name)?.[1] ?? '');
    }
  };
  follow(rules);
  return all.filter(([name]) => used.has(name));
}

/** The value with every `light-dark(a, b)` replaced by one of its two. */
function choose(value: string, which: 0 | 1): string {
  const start = value.indexOf('light-dark(');
  if (start === -1) return value;
  const parts: string[] = [''];
  let depth = 1;
  let i = start + 'light-dark('.length;
  for (; depth > 0 && i < value.length; i++) {
    const sign = value[i] ?? '';
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === ',' && depth === 1) parts.push('');
    else if (depth > 0) parts[parts.length - 1] += sign;
  }
  return choose(value.slice(0, start) + (parts[which] ?? '') + value.slice(i), which);
}

/** `oklch(0.5 0.1 155 / 0.5)` as `#1a6b3f80`, after Ottosson's matrices; what no screen of sRGB shows is clipped. */
function plainColour(_all: string, light: string, chroma: string, hue: string, alpha?: string): string {
  const [l, c, h] = [Number(light), Number(chroma), (Number(hue) * Math.PI) / 180];
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  const linear = [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
  const parts = linear.map((part) => (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055));
  if (alpha !== undefined) parts.push(Number(alpha));
  return `#${parts.map((part) => hex(Math.round(Math.min(1, Math.max(0, part)) * 255))).join('')}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
