import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { putAsset, removeAsset } from './asset-actions.ts';
import { MOST_BYTES, MOST_PIXELS } from './asset-picture.ts';
import { ASSET_ROLES, listAssets } from './asset-queries.ts';
import { assetFile } from './look.ts';
import { guardPage, loadOwnPage } from './own-page.ts';
import { pageParams } from './page-input.ts';

const tags = ['Status pages'];
const params = pageParams.extend({ picture: z.enum(ASSET_ROLES, 'There is no such picture.') });

const Picture = z
  .object({
    picture: z.enum(ASSET_ROLES),
    mime: z.string(),
    url: z.string().openapi({ description: 'Where visitors get it; another picture has another address.' }),
  })
  .openapi('StatusPagePicture');

const PictureInput = z
  .object({
    data: z
      .base64('Send the bytes of the picture in base64.')
      .min(1, 'Send the bytes of the picture in base64.')
      .max(Math.ceil(MOST_BYTES / 3) * 4, `A picture has at most ${MOST_BYTES / 1024} KiB.`)
      .openapi({
        description: `PNG, JPEG, GIF, WebP or SVG of at most ${MOST_BYTES / 1024} KiB and ${MOST_PIXELS} pixels a side.`,
      }),
  })
  .strict()
  .openapi('StatusPagePictureInput');

/** `/api/status-pages/{id}/pictures`: logo, logo for dark screens, favicon. Mounted at `/api`. */
export function pictureApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}/pictures',
      tags,
      summary: 'The pictures of a status page',
      middleware: guard('read', 'page'),
      request: { params: pageParams },
      responses: { 200: answer('Those it has', listOf(Picture)), ...problems(401, 403, 404) },
    }),
    async (c) => {
      const session = requireSession(c);
      const page = await loadOwnPage(deps, session, c.req.valid('param').id);
      const assets = await listAssets(deps.db.read, session.account.id, page.id);
      const data = assets.map((asset) => {
        return {
          picture: asset.role,
          mime: asset.mime,
          url: `${deps.config.baseUrl}/s/${page.slug}/assets/${assetFile(asset)}`,
        };
      });
      return c.json({ data, next_cursor: null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/status-pages/{id}/pictures/{picture}',
      tags,
      summary: 'Put a picture on a status page',
      description: 'It is read and written anew, without metadata. Pro plan and up.',
      middleware: [guard('write', 'page'), guardPage(deps)],
      request: { params, body: body(PictureInput) },
      responses: { 204: { description: 'It is on the page' }, ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const { id, picture } = c.req.valid('param');
      const upload = new Uint8Array(Buffer.from(c.req.valid('json').data, 'base64'));
      await putAsset(deps, actorOf(requireSession(c)), id, picture, upload, 'data');
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/status-pages/{id}/pictures/{picture}',
      tags,
      summary: 'Take a picture off a status page',
      middleware: [guard('write', 'page'), guardPage(deps)],
      request: { params },
      responses: { 204: { description: 'It is gone' }, ...problems(401, 403, 404, 422) },
    }),
    async (c) => {
      const { id, picture } = c.req.valid('param');
      await removeAsset(deps, actorOf(requireSession(c)), id, picture);
      return c.body(null, 204);
    },
  );

  return api;
}
