import {
  type Channel,
  type EscalationPolicy,
  listAll,
  type Monitor,
  type StatusPage,
  type StatusPageComponent,
  type StatusPingClient,
  take,
} from '../../clients/ts/client.ts';
import type { Entry, Line, Part } from '../core/manifest.ts';
import type { Managed } from '../core/managed.ts';
import { MASK } from '../core/secrets.ts';

/** Something on the server, spelled as the file spells it; what refers to something else holds its id. */
export interface Held {
  id: string;
  part: Part;
  name: string;
  /** Of a monitor or channel. */
  kind: string | null;
  /** Its key in a settings file; null for what no file manages. */
  key: string | null;
  /** Names of the fields the file decides, as the API spells them. */
  fields: readonly string[];
  entry: Entry;
}

export type Current = Record<Part, Held[]>;

/** A client of the whole API. */
export type Client = StatusPingClient;

/** Monitors asked for at once: a server that asks itself is busy with a page for about ten milliseconds. */
const PAGE = 50;

/** Everything of the account that a settings file can say. Throws `ApiProblem`, or what the network throws. */
export async function readServer(client: Client): Promise<Current> {
  const channels = (await take(client.GET('/api/channels', {}))).data.map(channelHeld);
  const escalations = (await take(client.GET('/api/escalation-policies', {}))).data.map(escalationHeld);
  const monitors: Held[] = [];
  const page = (cursor: string | undefined) =>
    client.GET('/api/monitors', { params: { query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } } });
  for await (const monitor of listAll(page)) monitors.push(monitorHeld(monitor));
  const pages = (await take(client.GET('/api/status-pages', {}))).data.map(pageHeld);
  return { channels, escalations, monitors, pages };
}

/** One thing as it is now, by its id, and the tag by which a change can say what it was made from. */
export async function readOne(
  client: Client,
  { part, id }: Pick<Held, 'part' | 'id'>,
): Promise<{ held: Held; tag: string | null }> {
  const params = { params: { path: { id } } };
  if (part === 'channels') return tagged(client.GET('/api/channels/{id}', params), channelHeld);
  if (part === 'escalations') return tagged(client.GET('/api/escalation-policies/{id}', params), escalationHeld);
  if (part === 'monitors') return tagged(client.GET('/api/monitors/{id}', params), monitorHeld);
  return tagged(client.GET('/api/status-pages/{id}', params), pageHeld);
}

type Answer<T> = Parameters<typeof take<T>>[0];

async function tagged<T>(asked: Answer<T>, held: (row: T) => Held): Promise<{ held: Held; tag: string | null }> {
  const answer = await asked;
  return { held: held(await take(Promise.resolve(answer))), tag: answer.response.headers.get('etag') };
}

interface Marked {
  id: string;
  managed: Managed | null;
}

function mark({ id, managed }: Marked) {
  return { id, key: managed?.key ?? null, fields: managed?.fields ?? [] };
}

function channelHeld(row: Channel): Held {
  const { kind, name, enabled, is_default, events, tags, quiet, per_minute } = row;
  // An own mail server without a log-in has an empty password, which is masked like any other.
  const { password, ...config } = row.config;
  const logsIn = kind !== 'email' || Boolean(config['username']);
  const { secret: _made, previous_secret: _former, previous_until: _until, ...shown } = config;
  const kept = 'password' in row.config ? { ...shown, password: logsIn ? password : '' } : shown;
  return {
    ...mark(row),
    part: 'channels',
    name,
    kind,
    entry: { kind, name, config: kept, enabled, is_default, events, tags, quiet, per_minute },
  };
}

/** The API has no marks for these: they are known by their names. */
function escalationHeld({ id, name, steps }: EscalationPolicy): Held {
  const entry = {
    name,
    steps: steps.map((step) => ({ after_minutes: step.after_minutes, channels: step.channel_ids })),
  };
  return { id, part: 'escalations', name, kind: null, key: null, fields: [], entry };
}

function monitorHeld(row: Monitor): Held {
  const { name, type, target, config, retries, failure_threshold, recovery_threshold, flap_detection, tags } = row;
  const entry = {
    name,
    type,
    target,
    config,
    interval: row.interval_seconds,
    timeout: row.timeout_seconds,
    // A row that was never edited may still have none, which is one try as well.
    retries: Math.max(1, retries),
    failure_threshold,
    recovery_threshold,
    flap_detection,
    remind_every_minutes: row.remind_every_minutes,
    parent: row.parent_id,
    escalation: row.escalation_id,
    channels: row.channel_ids,
    tags,
    public: row.public,
    paused: row.paused,
  };
  return { ...mark(row), part: 'monitors', name, kind: type, entry };
}

function pageHeld(row: StatusPage): Held {
  const { slug, title, description, branding, timezone, language, visibility, hidden_from_search, auto_report } = row;
  const entry = {
    slug,
    title,
    description,
    branding,
    timezone,
    language,
    hidden_from_search,
    auto_report,
    appearance: row.appearance,
    visibility,
    ...(visibility === 'password' ? { password: MASK } : {}),
    components: linesOf(row.components, null),
  };
  return { ...mark(row), part: 'pages', name: title, kind: null, entry };
}

/** The lines of a group (null: of the page itself), presets left out. */
function linesOf(rows: readonly StatusPageComponent[], group: string | null): HeldLine[] {
  return rows
    .filter((row) => row.group_id === group)
    .map((row) => ({
      id: row.id,
      ...(row.kind === 'monitor'
        ? { monitor: row.monitor_id ?? '', ...(row.name === null ? {} : { name: row.name }) }
        : {}),
      ...(row.kind === 'group' ? { group: row.name ?? '' } : {}),
      ...(row.kind === 'manual' ? { manual: row.name ?? '', status: row.manual_status ?? 'operational' } : {}),
      ...(row.description === null ? {} : { description: row.description }),
      ...(row.show_uptime ? {} : { show_uptime: false }),
      ...(row.show_chart ? { show_chart: true } : {}),
      ...(row.members_only ? { members_only: true } : {}),
      ...(row.kind === 'group' ? { components: linesOf(rows, row.id) } : {}),
    }));
}

/** A line of a page with the id it has there. */
export type HeldLine = Omit<Line, 'components'> & { id: string; components?: HeldLine[] };
