import type { Deps } from '../deps.ts';
import { ASSET_ROLES, type AssetName, findAsset } from './asset-queries.ts';
import type { PageFacts } from './facts.ts';
import type { Forms } from './forms.ts';
import { assetFile, type Looks } from './look.ts';

const FILE = new RegExp(`^(?:style|${ASSET_ROLES.join('|')})-[0-9a-f]{16}\\.(?:css|png|jpg|gif|webp|svg)$`);
/** A drawing opened by itself runs nothing, loads nothing and is nobody's origin (R-SP-4). */
const DRAWING = {
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
  'content-disposition': 'attachment',
};

/** Pictures and the sheet of a page, under names that change with their bytes. */
export function assetForms(deps: Pick<Deps, 'db'>, looks: Looks): Forms {
  return {
    asset: {
      path: '/assets/:file',
      contentType: 'application/octet-stream',
      kind: 'data',
      parts: { file: FILE },
      headers(facts, { params }) {
        const asset = assetOf(facts, params['file']);
        return {
          'content-type': asset ? asset.mime : 'text/css; charset=utf-8',
          ...(asset?.mime === 'image/svg+xml' ? DRAWING : {}),
          // Who may not read the page shall not keep its pictures either.
          ...(facts.visibility === 'public' ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
        };
      },
      async write(facts, { params }) {
        const sheet = looks.sheet(facts);
        if (sheet !== null && sheet.file === params['file']) return sheet.css;
        const asset = assetOf(facts, params['file']);
        const data = asset && (await findAsset(deps.db.read, facts.id, asset));
        return data ? new Uint8Array(Buffer.from(data, 'base64')) : null;
      },
    },
  };
}

function assetOf(facts: PageFacts, file: string | undefined): AssetName | undefined {
  return facts.assets.find((one) => assetFile(one) === file);
}
