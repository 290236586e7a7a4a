import { z } from '@hono/zod-openapi';
import { invalidField } from '../core/errors.ts';
import { LANGUAGES } from '../core/language.ts';
import { SUBSCRIBER_KINDS } from '../core/subscriber.ts';
import type { Deps } from '../deps.ts';
import { listComponents } from './component-queries.ts';
import type { PageRow } from './queries.ts';
import type { Wish } from './subscriber-actions.ts';
import { targetOf } from './subscriber-target.ts';

/** Somebody who is added by hand or by a program. */
export const SubscriberInput = z
  .object({
    kind: z.enum(SUBSCRIBER_KINDS, 'Must be email, webhook or slack.').default('email'),
    target: z
      .string('Give the address.')
      .openapi({ description: 'A mail address, or the whole address of a webhook.' }),
    component_ids: z
      .array(z.string(), 'Must be a list of ids.')
      .min(1, 'Name at least one component, or leave it out for all.')
      .max(500)
      .nullable()
      .optional(),
    incidents: z.boolean('Must be true or false.').optional(),
    maintenance: z.boolean('Must be true or false.').optional(),
    language: z.enum(LANGUAGES, `Must be one of: ${LANGUAGES.join(', ')}.`).optional(),
  })
  .strict()
  .openapi('SubscriberInput');

/** The wish an input makes for a page; throws `AppError` `invalid` beside the field. What is left out is everything. */
export async function wishOf(
  deps: Pick<Deps, 'db'>,
  page: PageRow,
  input: z.infer<typeof SubscriberInput>,
): Promise<Wish> {
  const { kind, component_ids: ids = null, incidents = true, maintenance = true, language = page.language } = input;
  const target = targetOf(kind, input.target);
  if (!target) {
    const example = kind === 'email' ? 'name@example.com' : 'https://example.com/hook';
    throw invalidField('target', `Write a whole address, as ${example}.`);
  }
  if (!incidents && !maintenance) throw invalidField('incidents', 'One of incidents and maintenance must be true.');
  const lines = ids === null ? [] : await listComponents(deps.db.read, page.account_id, page.id);
  const strange = ids?.find((id) => !lines.some((line) => line.id === id));
  if (strange !== undefined) throw invalidField('component_ids', `There is no component ${strange} on this page.`);
  return { pageId: page.id, kind, target, component_ids: ids, incidents, maintenance, language };
}
