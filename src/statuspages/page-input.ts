import { z } from '@hono/zod-openapi';
import { LANGUAGES } from '../core/language.ts';
import { managedInput } from '../core/managed.ts';
import { appearance, MANUAL_STATUSES, VISIBILITIES } from '../core/page.ts';
import { passwordProblem } from '../core/password.ts';
import { isZone } from '../core/zone.ts';

/** Most lines of a page, groups included. */
const MOST_COMPONENTS = 500;

const optionalText = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `Use at most ${most} characters.`)
    .nullable()
    .transform((text) => text || null)
    .openapi({ type: ['string', 'null'] });

/** One line of a page. What is absent stays as it is on a line that exists, and is preset on a new one. */
const ComponentInput = z
  .strictObject({
    id: z
      .string()
      .max(64, 'Use at most 64 characters.')
      .optional()
      .openapi({ description: 'Of a line that exists. A new line may carry any word, for use in `group_id`.' }),
    kind: z
      .enum(['monitor', 'group', 'manual'])
      .optional()
      .openapi({ description: 'That of the line when it exists, else `monitor`.' }),
    monitor_id: z.string().nullable().optional().openapi({ description: 'For the kind `monitor`.' }),
    group_id: z.string().nullable().optional().openapi({ description: '`id` of the group of this list it is in.' }),
    name: optionalText(80)
      .optional()
      .openapi({ description: 'Customer-facing name; null shows the monitor’s. Groups and lines by hand need one.' }),
    description: optionalText(200).optional(),
    manual_status: z
      .enum(MANUAL_STATUSES)
      .nullable()
      .optional()
      .openapi({ description: 'How a line set by hand stands; `operational` when it is new.' }),
    show_uptime: z.boolean().optional().openapi({ description: 'The figure and the bars of its days. Preset true.' }),
    show_chart: z.boolean().optional().openapi({ description: 'A chart of response times. Preset false.' }),
    members_only: z.boolean().optional().openapi({ description: 'Only members of the account see it. Preset false.' }),
    shown: z.boolean().optional().openapi({ description: 'Told, never set: a line that was read can be sent back.' }),
  })
  .openapi('StatusPageComponentInput');
export type ComponentInput = z.infer<typeof ComponentInput>;

/** What may be changed of one line by itself. */
export const ComponentChange = ComponentInput.omit({ id: true, kind: true, monitor_id: true, shown: true })
  .strict()
  .openapi('StatusPageComponentChange');
export type ComponentChange = z.infer<typeof ComponentChange>;

const fields = {
  title: z
    .string('Give the page a title.')
    .trim()
    .min(1, 'Give the page a title.')
    .max(80, 'Use at most 80 characters.')
    .openapi({ example: 'Acme status' }),
  description: optionalText(300).openapi({ description: 'One or two lines under the title.' }),
  slug: z.string('Choose an address for your page.').openapi({ example: 'acme' }),
  branding: z.boolean().openapi({ description: 'Our mark at the foot. Plans with branding may take it away.' }),
  timezone: z
    .string()
    .refine(isZone, 'There is no such time zone.')
    .openapi({ example: 'Europe/Berlin', description: 'IANA name: whose days the bars show.' }),
  language: z.enum(LANGUAGES).openapi({ description: 'For visitors whose own language we do not speak.' }),
  hidden_from_search: z.boolean().openapi({ description: 'Search engines are asked to stay away.' }),
  auto_report: z
    .enum(['none', 'draft', 'publish'])
    .openapi({ description: 'What an incident of one of its monitors makes: no report, a draft, or a published one.' }),
  appearance: appearance.describe('How the page looks, as a whole: absent parts are presets.'),
  visibility: z
    .enum(VISIBILITIES)
    .openapi({ description: 'Who may read it: anybody, who knows the password, or members of the account.' }),
  password: z
    .string()
    .superRefine((text, context) => {
      const message = passwordProblem(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .openapi({ writeOnly: true, description: 'For the visibility `password`. It is kept as a hash and never told.' }),
  components: z
    .array(ComponentInput)
    .max(MOST_COMPONENTS, `A page holds at most ${MOST_COMPONENTS} components.`)
    .openapi({ description: 'All lines of the page, in order. Private monitors may be listed but are not shown.' }),
  ...managedInput,
};

/** Whose page an address of the API names. */
export const pageParams = z.object({
  id: z.string().openapi({ description: 'Of the status page.', example: 'pag_0123456789abcdef' }),
});

/** What may be changed of a page; what is absent stays. One schema for form, API and OpenAPI. */
export const PageInput = z.object(fields).partial().strict().openapi('StatusPageInput');
export type PageInput = z.infer<typeof PageInput>;

/** A page to be made. */
export const NewPageInput = z
  .object(fields)
  .partial()
  .required({ title: true, slug: true })
  .strict()
  .openapi('NewStatusPage');
export type NewPageInput = z.infer<typeof NewPageInput>;
