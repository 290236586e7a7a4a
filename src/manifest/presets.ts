import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import type { ChannelKind } from '../core/alert.ts';
import type { Entry, Part } from '../core/manifest.ts';
import type { Kind } from '../core/monitor.ts';

/** What a field is where the file leaves it out. A name, a kind and an address have no preset. */
const PRESETS: Record<Part, Entry> = {
  channels: { enabled: true, is_default: true, events: null, tags: [], quiet: null, per_minute: null },
  escalations: {},
  monitors: {
    target: '',
    interval: 300,
    timeout: 30,
    retries: 1,
    failure_threshold: 3,
    recovery_threshold: 1,
    flap_detection: true,
    remind_every_minutes: null,
    parent: null,
    escalation: null,
    tags: [],
    public: false,
    paused: false,
  },
  pages: {
    description: null,
    branding: true,
    timezone: 'UTC',
    language: 'en',
    hidden_from_search: false,
    auto_report: 'none',
    appearance: {},
    visibility: 'public',
  },
};

/** The least a channel needs, made up: what its kind adds to it are its presets. */
const LEAST: Record<ChannelKind, Entry> = {
  email: { to: ['a@example.com'], smtp_server: 'smtp.example.com', from_email: 'a@example.com' },
  webhook: { url: 'https://example.com/' },
  slack: { url: 'https://hooks.slack.com/services/T0/B0/x' },
  discord: { url: 'https://discord.com/api/webhooks/1/x' },
  teams: { url: 'https://example.webhook.office.com/x' },
  telegram: { chat_id: '1' },
  pagerduty: { routing_key: '0123456789abcdef0123456789abcdef' },
  opsgenie: { api_key: '0123456789' },
  ntfy: { topic: 'x' },
  pushover: { token: 'a'.repeat(30), user: 'u'.repeat(30) },
  alertmanager: { url: 'https://example.com' },
};

/** The field as it is where nothing is said: undefined when something has to be said. `kind` is null for pages. */
export function presetOf(part: Part, kind: string | null, field: string): unknown {
  if (field.startsWith('config.')) return configPresets(part, kind)[field.slice('config.'.length)];
  // What the server knows of itself needs no second look.
  if (part === 'monitors' && field === 'failure_threshold' && CHECKS[kind as Kind].needs !== null) return 1;
  return PRESETS[part][field];
}

const known = new Map<string, Entry>();

/** Settings of a kind that need not be said. */
export function configPresets(part: Part, kind: string | null): Entry {
  const name = `${part} ${kind ?? ''}`;
  const found = known.get(name) ?? readPresets(part, kind);
  known.set(name, found);
  return found;
}

function readPresets(part: Part, kind: string | null): Entry {
  if (part === 'monitors') return CHECKS[kind as Kind].parseConfig({});
  if (part !== 'channels') return {};
  const channel = CHANNELS[kind as ChannelKind];
  const made = channel.create();
  const least = LEAST[kind as ChannelKind];
  const whole = channel.parseConfig({ ...made, ...least });
  return Object.fromEntries(Object.entries(whole).filter(([field]) => !(field in least) && !(field in made)));
}
