import type { Language } from '../core/language.ts';
import type { PageFacts } from './facts.ts';
import type { Audience } from './shown-queries.ts';

/** For whom and where a form is written. */
export interface FormContext {
  /** What links inside the page begin with: `/s/slug`, or nothing on the page's own domain. */
  root: string;
  /** What links inside the page end with: `?lang=de` when the visitor chose a language by hand, or nothing. */
  tail: string;
  /** Of the words around the page's own texts. */
  language: Language;
  audience: Audience;
  /** Epoch ms. */
  now: number;
  /** Address of this installation, without a slash at the end. */
  baseUrl: string;
  /** Named parts of the path, and those query parameters that the form takes. */
  params: Readonly<Record<string, string>>;
}

type Written = string | Uint8Array<ArrayBuffer> | null;

/** One thing a page is written as, under one address below the page's. */
export interface PageForm {
  /** Below the page: `/api`, `/components/:id/badge.svg`; '' is the page itself. */
  path: string;
  contentType: string;
  /** Pages answer faults with a page, data with problem+json and every origin may read them. */
  kind: 'page' | 'data';
  /** Whether the visitor's language matters; other forms speak the page's own. */
  spoken?: boolean;
  /** What named parts of the path must look like (default: letters, digits, `_` and `-`). */
  parts?: Readonly<Record<string, RegExp>>;
  /** Query parameters that matter and what they must look like; others change nothing. */
  query?: Readonly<Record<string, RegExp>>;
  /** Headers besides or instead of those of its kind. */
  headers?: (facts: PageFacts, context: FormContext) => Record<string, string>;
  /** HTTP status of the answer, when it is not always 200. */
  status?: (facts: PageFacts) => number;
  /** Whether this is given instead of the page itself to one who asks with these headers. */
  insteadOfPage?: (accept: string, agent: string) => boolean;
  /** The bytes; null when there is no such thing on the page. */
  write: (facts: PageFacts, context: FormContext) => Written | Promise<Written>;
}

/** Every form a page has, by name. */
export type Forms = Readonly<Record<string, PageForm>>;
