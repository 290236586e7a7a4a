import type { z } from 'zod';
import type { Config } from '../config.ts';
import type { AlertMessage, AlertWords, ChannelKind } from '../core/alert.ts';
import type { Field } from '../core/field.ts';
import type { Feature } from '../core/plan.ts';
import type { Clock } from '../core/time.ts';
import type { Outbound } from '../net/guard.ts';
import type { MailLines } from './mail-lines.ts';

/** One alert as it was queued. */
export interface Told {
  id: string;
  createdAt: number;
  alert: AlertMessage;
}

/** A message on its way out: one alert, or several that were merged. The same on every try but for `now` and the words' ages. */
export interface Parcel {
  /** Stable over retries: receivers may drop a second copy by it (R-AL-2). */
  id: string;
  /** When it was queued and when it leaves, epoch ms. */
  createdAt: number;
  now: number;
  /** Never empty, in the order they were queued. */
  alerts: readonly [Told, ...Told[]];
  /** The same in words, for all of them together. */
  words: AlertWords;
  /** Whole address of the page about it. */
  link: string;
  /** Whole address of the page where its reader can acknowledge or snooze without a log-in; null when there is nothing to. */
  acknowledge: string | null;
  /** The one address it goes to, for kinds that have several. */
  recipient: string | null;
}

/** What sending may use. */
export interface SendContext {
  clock: Clock;
  outbound: Outbound;
  config: Pick<Config, 'baseUrl' | 'smtp' | 'telegram'>;
  /** Open conversations with mail servers. */
  mail: MailLines;
  /** Cuts the sending off when its time is up. */
  signal: AbortSignal;
}

/** Where a config leads: `whole` tells two channels apart, `shown` may be read by everyone, `field` is the input that holds it. */
export interface Place {
  field: string;
  whole: string;
  shown: string;
}

/** One kind of channel: how it is set up, and how it says what `core/alert.ts` has in words. */
export interface Channel<C> {
  kind: ChannelKind;
  label: string;
  /** Who answers, to begin a sentence with: "The mail server". */
  receiver: string;
  /** What a plan must have for it. */
  feature: Feature;
  /** One line under the title of its form. */
  about: string;
  /** How to get what the form asks for, step by step; plain text. */
  steps: readonly string[];
  /** Config as it is stored: the same schema parses the form (all strings), the API body and the stored row. */
  config: z.ZodType<C>;
  fields: readonly Field[];
  place(config: C): Place;
  /** Values that never appear in an answer that is shown or kept: tokens, and addresses that are keys. */
  secrets(config: C): readonly string[];
  /** Settings the product makes itself when a channel is created, as a signing secret. */
  create?(): Record<string, unknown>;
  /** The config from another key, if it has one that can be changed: the old one stays good for a while. */
  rotate?(config: C, now: number): C;
  /** Whether several alerts may leave as one message. Not for receivers that keep a state for each incident. */
  merges: boolean;
  /** Whether it is told when somebody acknowledges an incident. */
  acknowledges?: boolean;
  /** Longest time one message may take, ms. Left out: ten seconds. */
  deadlineMs?(config: C): number;
  /** Addresses that each get a message of their own. Left out: it has one receiver. */
  recipients?(config: C): readonly string[];
  /** Whether it goes through a mail server of the channel's own, or through the installation's. Left out: no mail. */
  server?(config: C): 'own' | 'installation';
  /** Sends and returns the receiver's answer in words, or throws a failure of this file, or anything to try again. */
  send(parcel: Parcel, config: C, context: SendContext): Promise<string>;
}

/** The receiver will never take this message: stop, show it to the owner, let a person try again (R-AL-4). */
export class PermanentFailure extends Error {}

/** It is this message that will never be taken: of the receiver nothing follows. */
export class MessageRefused extends PermanentFailure {}

/** The receiver says that it is gone, or that its key is not good any more: the channel is switched off, its owner told. */
export class ReceiverGone extends PermanentFailure {}

/**
 * The server could not be reached, or hung up before it was handed the message: nothing was tried yet.
 * The message keeps its place, and nothing else is sent there until the server answers again (R-AL-8).
 */
export class ReceiverAway extends Error {}

/** The receiver asks for patience: not again within `afterMs`. */
export class RetryLater extends Error {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** The receiver moved: its new config is stored, and the message goes there at once. */
export class ReceiverMoved extends Error {
  readonly changed: Record<string, unknown>;

  constructor(message: string, changed: Record<string, unknown>) {
    super(message);
    this.changed = changed;
  }
}

type Settings = Record<string, unknown>;

/** A channel with its types sealed in: what registry, outbox and form work with. */
export interface AnyChannel
  extends Pick<Channel<Settings>, 'kind' | 'label' | 'receiver' | 'feature' | 'about' | 'steps' | 'fields' | 'merges'> {
  acknowledges: boolean;
  /** Parses with defaults; throws `ZodError` with the paths of the fields. */
  parseConfig(input: unknown): Settings;
  /** Of a stored config; one that no longer fits leads nowhere. */
  place(stored: Settings): Place;
  secrets(stored: Settings): readonly string[];
  create(): Settings;
  /** Null when the kind has no key of its own. */
  rotate: ((stored: Settings, now: number) => Settings) | null;
  deadlineMs(stored: Settings): number;
  /** Null for a kind with one receiver. */
  recipients(stored: Settings): readonly string[] | null;
  server(stored: Settings): 'own' | 'installation' | null;
  /** A config that no longer fits is a permanent failure. */
  send(parcel: Parcel, stored: Settings, context: SendContext): Promise<string>;
}

/** Longest time one message may take where the kind does not say otherwise (R-AL-3). */
const DEADLINE_MS = 10_000;

/** Seals a channel: its config is parsed at the border, so its own functions see their own types. */
export function seal<C extends Settings>(channel: Channel<C>): AnyChannel {
  const read = <T>(stored: Settings, use: (config: C) => T, otherwise: T): T => {
    const parsed = channel.config.safeParse(stored);
    return parsed.success ? use(parsed.data) : otherwise;
  };
  const { kind, label, receiver, feature, about, steps, fields, merges, acknowledges = false } = channel;
  const rotate = channel.rotate?.bind(channel);
  return {
    kind,
    label,
    receiver,
    feature,
    about,
    steps,
    fields,
    merges,
    acknowledges,
    parseConfig: (input) => ({ ...channel.config.parse(input) }),
    place: (stored) => read(stored, (config) => channel.place(config), { field: '', whole: '', shown: 'nowhere' }),
    secrets: (stored) => read(stored, (config) => channel.secrets(config), []),
    create: () => channel.create?.() ?? {},
    rotate: rotate ? (stored, now) => rotate(channel.config.parse(stored), now) : null,
    deadlineMs: (stored) => read(stored, (config) => channel.deadlineMs?.(config) ?? DEADLINE_MS, DEADLINE_MS),
    recipients: (stored) => read(stored, (config) => channel.recipients?.(config) ?? null, null),
    server: (stored) => read(stored, (config) => channel.server?.(config) ?? null, null),
    send: async (parcel, stored, context) => {
      const parsed = channel.config.safeParse(stored);
      if (!parsed.success) throw new PermanentFailure('Its settings are no longer valid. Edit and save the channel.');
      return channel.send(parcel, parsed.data, context);
    },
  };
}
