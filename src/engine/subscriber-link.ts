import { z } from 'zod';
import { readSigned, sign } from './signed-link.ts';

/** What a follower's link is for; one made for one purpose is none for another. */
export type FollowerPurpose = 'confirm' | 'preferences' | 'unsubscribe';

const follower = z.object({
  subscriber: z.string(),
  page: z.string(),
  /** Epoch ms; left out, it works as long as the message it stands in is kept. */
  until: z.number().int().optional(),
});
/** Whom a link speaks for, on which page. */
export type FollowerLink = z.infer<typeof follower>;

/** The token at the end of `/confirm/`, `/preferences/` and `/unsubscribe/` below a page's address. */
export function signFollower(secretKey: string, purpose: FollowerPurpose, link: FollowerLink): string {
  return sign(secretKey, `page follower ${purpose}`, link);
}

/** Null for anything that is not ours, or not for this; whether its time is over is the caller's question. */
export function readFollower(secretKey: string, purpose: FollowerPurpose, token: string): FollowerLink | null {
  return follower.safeParse(readSigned(secretKey, `page follower ${purpose}`, token)).data ?? null;
}
