import type { Kind } from '../core/monitor.ts';
import { type AnyCheck, seal } from './check.ts';
import { http } from './http.ts';

/** Every kind of check. A kind of `core/monitor.ts` without a line here does not compile. */
export const CHECKS: Record<Kind, AnyCheck> = {
  http: seal(http),
};
