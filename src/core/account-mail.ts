import { z } from 'zod';

export const ACCOUNT_MAIL_EVENTS = ['verify', 'reset', 'password_changed', 'email_changed'] as const;
export type AccountMailEvent = (typeof ACCOUNT_MAIL_EVENTS)[number];

/** What a mail about a person's log-in needs besides its address. */
export const accountMailData = z.object({
  /** The whole address of the page behind the button (`verify`, `reset`). */
  link: z.string().optional(),
  /** When the link stops working, epoch ms: after that the mail is not sent any more. */
  expiresAt: z.number().int().optional(),
  /** The new address (`email_changed`). */
  newEmail: z.string().optional(),
});
export type AccountMailData = z.infer<typeof accountMailData>;

/** The stored form in the outbox; `data` is emptied once the mail is out, for it holds a working link. */
export const accountMail = z.object({
  event: z.enum(ACCOUNT_MAIL_EVENTS),
  to: z.string(),
  /** When it was asked for, epoch ms. */
  at: z.number().int(),
  data: accountMailData,
});
export type AccountMail = z.infer<typeof accountMail>;
