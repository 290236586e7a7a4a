import type { z } from 'zod';
import type { Field } from '../core/field.ts';
import type { Kind } from '../core/monitor.ts';
import type { Feature } from '../core/plan.ts';
import type { Clock } from '../core/time.ts';
import { cleanMessage, NO_PHASES, type Observation, type Verdict } from '../core/verdict.ts';
import type { Outbound } from '../net/guard.ts';

/** The input of what is watched. */
export interface TargetField {
  label: string;
  placeholder: string;
  help?: string;
}

const WEB_ADDRESS: TargetField = { label: 'Address', placeholder: 'https://example.com' };

/** What a probe may use. `signal` fires at the deadline, which the caller owns. */
export interface ProbeContext {
  clock: Clock;
  outbound: Outbound;
  /** Milliseconds for everything: resolve, connect, TLS, head, body, redirects. */
  timeoutMs: number;
  signal: AbortSignal;
  /** What the server itself knows, for kinds with `needs`; loaded right before the probe. */
  known?: unknown;
}

/**
 * One kind of check. `probe` sees and never judges; an unhealthy target is an observation, not an exception.
 * `judge` is pure, so it can be run again on a stored observation.
 */
export interface Check<C, F> {
  kind: Kind;
  label: string;
  /** How its target is asked for; null when it has none. Left out: a web address. */
  targetField?: TargetField | null;
  /** What a proposed name adds to the target, as "certificate" in "example.com certificate". */
  noun?: string;
  /** The ability a plan must have for such a monitor. Left out: every plan has it. */
  plan?: Feature;
  /** What of the server's own knowledge the probe gets as `known`. */
  needs?: Needs;
  /** Left out: an hour. */
  longestIntervalSeconds?: number;
  /** Config with defaults; the same schema parses the form, the API body and the stored row. */
  config: z.ZodType<C>;
  fields: Field[];
  /** The cleaned target, or a sentence for the person who typed it. */
  parseTarget(target: string): { target: string } | { problem: string };
  probe(target: string, config: C, ctx: ProbeContext): Promise<Observation<F>>;
  judge(config: C, seen: Observation<F>): Verdict;
}

/** Kinds that judge what the server itself knows, besides or instead of asking the target. */
export type Needs = 'heartbeat' | 'members' | 'domain';

/** A check with its types sealed in: what registry, runner and form work with. */
export interface AnyCheck {
  kind: Kind;
  label: string;
  targetField: TargetField | null;
  noun: string | null;
  plan: Feature | null;
  needs: Needs | null;
  longestIntervalSeconds: number;
  fields: Field[];
  /** Parses with defaults; throws `ZodError` with the paths of the fields. */
  parseConfig(input: unknown): Record<string, unknown>;
  /** A stored config with today's defaults. What no longer fits is given as it is, as far as a field still shows it. */
  readConfig(stored: Record<string, unknown>): Record<string, unknown>;
  parseTarget(target: string): { target: string } | { problem: string };
  /** Probe and judge in one go: the caller needs no types of the kind. A config that does not fit is `unknown`. */
  run(target: string, config: unknown, ctx: ProbeContext): Promise<Verdict>;
}

/** Seals a check: its config is parsed at the border, so probe and judge see their own types. */
export function seal<C extends Record<string, unknown>, F>(check: Check<C, F>): AnyCheck {
  const { kind, label, fields, targetField = WEB_ADDRESS, noun = null, plan = null, needs = null } = check;
  const { longestIntervalSeconds = 3_600 } = check;
  return {
    kind,
    label,
    fields,
    targetField,
    noun,
    plan,
    needs,
    longestIntervalSeconds,
    parseConfig: (input) => ({ ...check.config.parse(input) }),
    readConfig: (stored) => {
      const parsed = check.config.safeParse(stored);
      if (parsed.success) return { ...parsed.data };
      return Object.fromEntries(Object.entries(stored).filter(([name]) => fields.some((field) => field.name === name)));
    },
    parseTarget: (target) => check.parseTarget(target),
    run: async (target, config, ctx) => {
      const parsed = check.config.safeParse(config);
      if (!parsed.success) return outdated(parsed.error.issues[0]);
      return check.judge(parsed.data, await check.probe(target, parsed.data, ctx));
    },
  };
}

/** A newer version may refuse what an older one stored: that says nothing about the target. */
function outdated(issue: z.core.$ZodIssue | undefined): Verdict {
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  const message = cleanMessage(`Its settings are no longer valid. ${where}${issue?.message ?? ''} Edit and save it.`);
  return { status: 'unknown', reason: 'internal', message, responseTimeMs: null, statusCode: null, phases: NO_PHASES };
}
