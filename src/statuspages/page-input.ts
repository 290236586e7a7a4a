import { z } from '@hono/zod-openapi';

/** What may be changed of a page; what is absent stays. One schema for form, API and OpenAPI. */
export const PageInput = z
  .object({
    title: z
      .string('Give the page a title.')
      .trim()
      .min(1, 'Give the page a title.')
      .max(80, 'Use at most 80 characters.')
      .openapi({ example: 'Acme status' }),
    description: z
      .string()
      .trim()
      .max(300, 'Use at most 300 characters.')
      .nullable()
      .transform((text) => text || null)
      .openapi({ type: ['string', 'null'], description: 'One or two lines under the title.' }),
    slug: z.string('Choose an address for your page.').openapi({ example: 'acme' }),
    branding: z.boolean().openapi({ description: 'Our mark at the foot. Plans with branding may take it away.' }),
    components: z
      .array(
        z.object({
          monitor_id: z.string(),
          name: z
            .string()
            .trim()
            .max(80, 'Use at most 80 characters.')
            .nullable()
            .default(null)
            .transform((text) => text || null)
            .openapi({ type: ['string', 'null'], description: 'Customer-facing name; null shows the monitor’s.' }),
        }),
      )
      .max(500, 'A page shows at most 500 monitors.')
      .openapi({ description: 'All lines of the page, in order. Private monitors may be listed but are not shown.' }),
  })
  .partial()
  .strict()
  .openapi('StatusPageInput');
export type PageInput = z.infer<typeof PageInput>;
