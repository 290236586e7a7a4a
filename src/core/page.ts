import { z } from 'zod';
import { pageCss } from './css.ts';

/** Who may read a page. `password` asks for one word shared by all; `members` are the people of the account. */
export const VISIBILITIES = ['public', 'password', 'members'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What a line set by hand, or a report about a component, can say. */
export const MANUAL_STATUSES = ['operational', 'degraded', 'partial_outage', 'major_outage', 'maintenance'] as const;
export type ManualStatus = (typeof MANUAL_STATUSES)[number];

const link = z.strictObject({
  label: z.string().trim().min(1, 'Give the link a name.').max(40, 'Use at most 40 characters.'),
  url: z
    .string()
    .trim()
    .max(500, 'Use at most 500 characters.')
    .refine(
      (text) => /^(https?:\/\/|mailto:)/i.test(text) && URL.canParse(text),
      'Write a whole address, as https://example.com.',
    ),
});

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'Write a colour as #1a73e8.');

/** The only addresses that may stand in a `frame-ancestors` of our policy: a scheme and a host, at most with a port. */
const origin = z
  .string()
  .trim()
  .max(200, 'Use at most 200 characters.')
  .regex(
    /^https?:\/\/(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i,
    'Write each as https://example.com, without a path.',
  );

/** How a page looks; absent parts are presets. */
export const appearance = z
  .object({
    accent: colour,
    accent_dark: colour,
    theme: z.enum(['auto', 'light', 'dark']),
    header_links: z.array(link).max(6, 'At most six links fit.'),
    footer_text: z.string().trim().max(300, 'Use at most 300 characters.'),
    footer_links: z.array(link).max(6, 'At most six links fit.'),
    /** As it was written; only what `pageCss` makes of it is sent (R-SP-3). */
    css: z
      .string()
      .max(20_000, 'Use at most 20,000 characters.')
      .superRefine((text, context) => {
        const { problem } = pageCss(text);
        if (problem !== null) context.addIssue({ code: 'custom', message: problem });
      }),
    show_uptime: z.boolean(),
    show_history: z.boolean(),
    /** Sites that may show the page in a frame, as origins. */
    frame_ancestors: z.array(origin).max(10, 'At most ten sites fit.'),
  })
  .partial()
  .strict();
export type Appearance = z.infer<typeof appearance>;

/** Parts that belong to the feature `branding`. */
export const BRANDED = ['accent', 'accent_dark', 'css'] as const;

/** What is left of a look on a plan without `branding`; the rest stays stored for a better one. */
export function plainLook({ accent: _day, accent_dark: _night, css: _css, ...rest }: Appearance): Appearance {
  return rest;
}

/** Where a static copy goes: a folder below the data folder, or a bucket that speaks S3. */
export type PublishTarget =
  | { kind: 'folder'; folder: string }
  | {
      kind: 's3';
      endpoint: string;
      region: string;
      bucket: string;
      prefix: string;
      access_key: string;
      secret_key: string;
    };

/** A monitor named by its URL must not show path, query or credentials to visitors (R-SP-9). */
export function publicName(name: string): string {
  return upright(/^\w+:\/\//.test(name) && URL.canParse(name) ? new URL(name).hostname : name);
}

/** Without signs that turn the direction of what follows: a name must not rewrite the sentence it stands in. */
export function upright(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}
