import type { z } from 'zod';
import type { Kind } from '../core/monitor.ts';
import type { Clock } from '../core/time.ts';
import type { Observation, Verdict } from '../core/verdict.ts';
import type { Outbound } from '../net/guard.ts';

/** One input of a form: draws itself, names the key of the config it fills. */
export interface Field {
  name: string;
  label: string;
  type: 'text' | 'number' | 'select' | 'textarea' | 'checkbox' | 'password' | 'headers';
  help?: string;
  placeholder?: string;
  unit?: string;
  options?: { value: string; label: string }[];
  /** Write-only: masked in pages, answers and logs. */
  secret?: boolean;
  /** Folded away until opened or not at its default. */
  advanced?: boolean;
}

/** What a probe may use. `signal` fires at the deadline, which the caller owns. */
export interface ProbeContext {
  clock: Clock;
  outbound: Outbound;
  /** Milliseconds for everything: resolve, connect, TLS, head, body, redirects. */
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * One kind of check. `probe` sees and never judges; an unhealthy target is an observation, not an exception.
 * `judge` is pure, so it can be run again on a stored observation.
 */
export interface Check<C, F> {
  kind: Kind;
  label: string;
  /** Config with defaults; the same schema parses the form, the API body and the stored row. */
  config: z.ZodType<C>;
  fields: Field[];
  /** The cleaned target, or a sentence for the person who typed it. */
  parseTarget(target: string): { target: string } | { problem: string };
  probe(target: string, config: C, ctx: ProbeContext): Promise<Observation<F>>;
  judge(config: C, seen: Observation<F>): Verdict;
}

/** A check with its types sealed in: what registry, runner and form work with. */
export interface AnyCheck {
  kind: Kind;
  label: string;
  fields: Field[];
  /** Parses with defaults; throws `ZodError` with the paths of the fields. */
  parseConfig(input: unknown): Record<string, unknown>;
  parseTarget(target: string): { target: string } | { problem: string };
  /** Probe and judge in one go: the caller needs no types of the kind. */
  run(target: string, config: unknown, ctx: ProbeContext): Promise<Verdict>;
}

/** Seals a check: its config is parsed at the border, so probe and judge see their own types. */
export function seal<C extends Record<string, unknown>, F>(check: Check<C, F>): AnyCheck {
  return {
    kind: check.kind,
    label: check.label,
    fields: check.fields,
    parseConfig: (input) => ({ ...check.config.parse(input) }),
    parseTarget: (target) => check.parseTarget(target),
    run: async (target, config, ctx) => {
      const parsed = check.config.parse(config);
      return check.judge(parsed, await check.probe(target, parsed, ctx));
    },
  };
}
