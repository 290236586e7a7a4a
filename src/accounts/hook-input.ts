import { z } from '@hono/zod-openapi';
import { webhookUrl } from '../channels/webhook.ts';
import { CHANGE_GROUPS, CHANGE_NOUNS } from '../core/change-nouns.ts';
import { MINUTE } from '../core/time.ts';
import { type Form, textOf } from '../web/forms.ts';

/** Tests that a person may send by hand. */
export const HOOK_TESTS = { max: 6, windowMs: MINUTE };

const event = z
  .string()
  .refine(
    (text) => /^[a-z_]+(\.[a-z_]+)?$/.test(text) && CHANGE_NOUNS.includes(text.split('.')[0] ?? ''),
    `Begin with one of: ${CHANGE_NOUNS.join(', ')}; as monitor, or monitor.deleted for one change alone.`,
  );

/** A program that wants to hear of changes. */
export const HookInput = z
  .object({
    name: z
      .string('Give it a name.')
      .trim()
      .min(1, 'Give it a name.')
      .max(80, 'Use at most 80 characters.')
      .openapi({ type: 'string', example: 'Audit archive' }),
    // Made before the library was taught `openapi` when a command is what loads it first.
    url: z.unknown().pipe(webhookUrl).openapi({ type: 'string', example: 'https://example.com/changes' }),
    events: z
      .array(event)
      .min(1, 'Choose at least one, or switch it off.')
      .max(50, 'Choose 50 at most.')
      .transform((events) => [...new Set(events)])
      .nullable()
      .optional()
      .openapi({ type: 'array', description: 'What it hears of; null is everything.', example: ['monitor', 'member'] }),
    enabled: z.boolean().optional(),
  })
  .strict()
  .openapi('WebhookInput');
export type HookInput = z.infer<typeof HookInput>;

export const HookPatch = HookInput.partial().openapi('WebhookPatch');
export type HookPatch = z.infer<typeof HookPatch>;

/** A posted form as what `HookInput` reads. All parts ticked is everything, also what is to come. */
export function inputOfForm(form: Form): Record<string, unknown> {
  const text = (name: string) => textOf(form, name);
  const chosen = [form['groups'] ?? []].flat();
  const groups = CHANGE_GROUPS.filter(({ key }) => chosen.includes(key));
  const events = groups.length === CHANGE_GROUPS.length ? null : groups.flatMap(({ nouns }) => nouns);
  return { name: text('name'), url: text('url'), events, enabled: text('enabled') === 'true' };
}

/** The parts of which it hears anything. */
export function groupsOf(events: readonly string[] | null): string[] {
  const heard = new Set(events?.map((name) => name.split('.')[0]));
  return CHANGE_GROUPS.filter(({ nouns }) => events === null || nouns.some((noun) => heard.has(noun))).map(
    ({ key }) => key,
  );
}
