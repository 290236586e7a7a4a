import type { Context } from 'hono';
import type { Language } from '../core/language.ts';
import type { AppEnv } from '../web/env.ts';
import type { PageFacts } from './facts.ts';
import type { Audience } from './shown-queries.ts';

/** Whether faults are told with a page or with problem+json. */
export type Kind = 'page' | 'data';

/** Somebody who may read a page, and how it is addressed for them. */
export interface Visit {
  facts: PageFacts;
  audience: Audience;
  /** What links begin with: `/s/slug`, or nothing on the page's own domain. */
  root: string;
  /** What they end with: `?lang=de` when the visitor chose a language by hand, or nothing. */
  tail: string;
  language: Language;
}

/**
 * Decides who may read a page that is not simply public; asked only about those. An answer of its own (a form, a
 * refusal) goes out as it is; `facts` are those of the public, for the title at most.
 */
export type Gate = (
  c: Context<AppEnv>,
  facts: PageFacts,
  kind: Kind,
  site: PublicSite,
  /** Whether the password may come as HTTP Basic: for what programs read, never for HTML. */
  basic: boolean,
) => Promise<Audience | Response> | Audience | Response;

/** What routes below a page's address work with besides its forms: subscribing, passwords. */
export interface PublicSite {
  /** The page of this request, or the answer for one who may not read it. */
  visit(c: Context<AppEnv>, kind: Kind): Promise<Visit | Response>;
  /** A view in the dress of the page; never kept by anybody. */
  page: (
    view: string,
    visit: Omit<Visit, 'audience'>,
    data: { title: string; [name: string]: unknown },
    status?: number,
  ) => Response;
  notFound(kind: Kind, c: Context<AppEnv>): Response;
  /** A view without a word of any page, for those who may not read one. */
  bare(
    c: Context<AppEnv>,
    view: string,
    status: number,
    data: { heading: string; text: string; [name: string]: unknown },
  ): Response;
  /** The same for programs. */
  refusal(status: 401 | 403 | 429, headers?: Record<string, string>): Response;
  /** The page of this request when it has a password; the answer for any other. */
  locked(c: Context<AppEnv>): Promise<PageFacts | Response>;
}

/** Whether a page can be read without asking anybody. */
export function isOpen(facts: Pick<PageFacts, 'visibility' | 'membersLayer'>): boolean {
  return facts.visibility === 'public' && !facts.membersLayer;
}

/** What links in the answer begin with; requests by a page's own domain carry '' along. */
export function rootOf(c: Context<AppEnv>, slug: string): string {
  return (c.env as { pageRoot?: string } | undefined)?.pageRoot ?? `/s/${slug}`;
}

/** Whether the request came by our own address, where people are logged in, and not by a page's own domain. */
export function isOwnHost(c: Context<AppEnv>): boolean {
  return (c.env as { pageRoot?: string } | undefined)?.pageRoot === undefined;
}

/** A header of the request from Node's own parsed ones: building a `Headers` object is a third of what a page costs. */
export function requestHeader(c: Context<AppEnv>, name: string): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { headers?: Record<string, string> } };
  return incoming?.headers ? incoming.headers[name] : c.req.header(name);
}
