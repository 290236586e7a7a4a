import { createHash } from 'node:crypto';
import { accentOf } from '../core/colour.ts';
import { pageCss, SHEET_SCOPE } from '../core/css.ts';
import type { AssetName } from './asset-queries.ts';
import type { PageFacts } from './facts.ts';
import { themeTokens } from './style.ts';

const EXTENSION: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
};

/** The file name of a picture below `/assets/`; other bytes have another name. */
export function assetFile({ role, mime, hash }: AssetName): string {
  return `${role}-${hash}.${EXTENSION[mime] ?? 'bin'}`;
}

/** What the layout of a visitor's page needs of how the page looks. */
export interface Look {
  /** Address of its own sheet; null when it looks as ours do. */
  sheetHref: string | null;
  bodyClass: string | null;
  /** What the browser draws by itself: scroll bars, form fields. */
  scheme: string;
  logo: { href: string; dark: string | null } | null;
  iconHref: string | null;
}

/** How pages look besides `style`, the sheet that all of them carry. */
export function createLooks(style: string) {
  const tokens = themeTokens(style);
  const made = new WeakMap<PageFacts, { css: string; file: string } | null>();

  /** The page's own sheet and its name; null when nothing differs from ours. */
  function sheet(facts: PageFacts): { css: string; file: string } | null {
    const known = made.get(facts);
    if (known !== undefined) return known;
    const css = sheetOf(facts, tokens);
    const hash = createHash('sha256').update(css).digest('hex').slice(0, 16);
    const own = css === '' ? null : { css, file: `style-${hash}.css` };
    made.set(facts, own);
    return own;
  }

  return {
    sheet,
    /** `root` is what links of the page begin with. */
    view(facts: PageFacts, root: string): Look {
      const at = (file: string) => `${root}/assets/${file}`;
      const find = (role: AssetName['role']) => facts.assets.find((one) => one.role === role);
      const own = sheet(facts);
      const theme = facts.appearance.theme ?? 'auto';
      const [light, dark, icon] = [find('logo'), find('logo_dark'), find('favicon')];
      const first = theme === 'dark' ? (dark ?? light) : (light ?? dark);
      const second = theme === 'auto' && light && dark ? at(assetFile(dark)) : null;
      return {
        sheetHref: own && at(own.file),
        bodyClass: own && SHEET_SCOPE,
        scheme: theme === 'auto' ? 'light dark' : theme,
        logo: first ? { href: at(assetFile(first)), dark: second } : null,
        iconHref: icon ? at(assetFile(icon)) : null,
      };
    },
  };
}

export type Looks = ReturnType<typeof createLooks>;

/** A forced theme, then the accents, then what the owner wrote. */
function sheetOf(
  { appearance, assets }: Pick<PageFacts, 'appearance' | 'assets'>,
  tokens: { light: string; dark: string },
): string {
  const { theme, accent, accent_dark, css } = appearance;
  const parts: string[] = [];
  if (assets.some(({ role }) => role !== 'favicon')) parts.push(LOGO);
  if (theme === 'light' || theme === 'dark') parts.push(`:root{color-scheme:${theme};${tokens[theme]}}`);
  const day = accent && accentTokens(accent, 'light');
  const night = (accent_dark ?? accent) && accentTokens(accent_dark ?? accent ?? '', 'dark');
  if (theme === 'dark') parts.push(night ? `:root{${night}}` : '');
  else {
    if (day) parts.push(`:root{${day}}`);
    if (night && theme !== 'light') parts.push(`@media (prefers-color-scheme:dark){:root{${night}}}`);
  }
  if (day || night) parts.push(ACCENTED);
  if (css) parts.push(pageCss(css).css);
  return parts.join('');
}

function accentTokens(colour: string, theme: 'light' | 'dark'): string {
  const { text, fill, ink, tint } = accentOf(colour, theme);
  return `--accent-text:${text};--accent-tint:${tint};--accent-fill:${fill};--accent-on:${ink}`;
}

const LOGO = '.head{align-items:center}.logo img{display:block;max-width:min(280px,100%);max-height:48px}';
/** Where an accent shows; a state never takes it. */
const ACCENTED = [
  ':root{border-top:4px solid var(--accent-fill,transparent)}',
  '.links a,.none a,.incident a,.said a{color:var(--accent-text,inherit)}',
].join('');
