import { listChannels, listMemberAddresses } from '../alerts/queries.ts';
import { takenSlugs } from '../accounts/slug-queries.ts';
import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import { emailKey } from '../core/email.ts';
import { type ImportLoss, Losses, WHOLE } from '../core/import-draft.ts';
import { durationWord, type Entry, type Manifest } from '../core/manifest.ts';
import { inPieces, pace } from '../core/pace.ts';
import { allows, PLAN, type Plan as Tariff, planFor, planForMonitors } from '../core/plan.ts';
import { suggestSlugs } from '../core/slug.ts';
import type { Deps } from '../deps.ts';
import { isTokenTaken } from '../monitors/heartbeat-queries.ts';
import { countMonitors } from '../monitors/queries.ts';
import { channelPlace, entryWhere, keepReferences } from './import-document.ts';
import { idWord, type Plan, planning } from './plan.ts';
import type { Imported } from './readings.ts';
import type { Current, Held } from './server.ts';

/** What happens to a monitor whose name one of the account has already. */
export const CLASHES = ['skip', 'again'] as const;
export type Clash = (typeof CLASHES)[number];

type EntryPart = 'channels' | 'monitors' | 'pages';

/** Something that is in the account already and stays as it is. */
export interface There {
  part: EntryPart;
  name: string;
}

/** An import as it would be carried out in an account. */
export interface Fit {
  plan: Plan;
  there: There[];
  losses: ImportLoss[];
  /** Placeholders without a value; what needs them is not made. */
  needed: string[];
}

/**
 * What an import makes of an account: only new things, within its plan. What is there is used and never changed.
 * `leaveOpen` makes nothing that still waits for the value of a placeholder. The manifest is changed on the way.
 */
export async function fitAccount(
  deps: Deps,
  { id, plan }: { id: string; plan: Tariff },
  { manifest, variables, losses: before }: Pick<Imported, 'manifest' | 'variables' | 'losses'>,
  current: Current,
  clash: Clash,
  leaveOpen: boolean,
): Promise<Fit> {
  const breathe = pace();
  const losses = new Losses();
  for (const { where, what, why } of before) {
    losses.add(where, what, why);
    await breathe();
  }
  const file = manifest;
  const ids = new Map<string, string>();
  const there: There[] = [];
  const meet = (part: EntryPart, key: string, name: string, held: string): void => {
    ids.set(idWord(part, key), held);
    there.push({ part, name });
    delete file[part][key];
  };
  const refuse = (part: EntryPart, key: string, why: string): void => {
    losses.add(entryWhere(part, file[part][key] as Entry), WHOLE, why);
    delete file[part][key];
  };
  const needed = new Set<string>();
  for (const { name, path, filled } of variables) {
    if (filled) continue;
    needed.add(name);
    const [part, key] = path as [EntryPart, string];
    const sentence = `It needs ${name}, and nothing was given for it.`;
    if (leaveOpen && file[part][key]) refuse(part, key, sentence);
  }
  await fitChannels(deps, id, plan, file, current.channels, meet, refuse);
  const room = PLAN[plan].monitors - (await countMonitors(deps.db.read, id)).all;
  await fitMonitors(deps, plan, room, file, clash === 'skip' ? current.monitors : [], meet, refuse, losses, breathe);
  await fitPages(deps, id, plan, file, current.pages, meet, refuse, losses);
  const known = (part: EntryPart, key: string) => key in file[part] || ids.has(idWord(part, key));
  keepReferences(file, known, losses);
  await breathe();
  const made = await inPieces(planning(NOTHING, { manifest: file, variables, at: nowhere }));
  const all = new Map([...made.ids, ...ids]);
  return {
    plan: { ...made, ids: all, missing: [], unmarked: true },
    there,
    losses: losses.all(),
    needed: leaveOpen ? [] : [...needed],
  };
}

/** What is imported has no lines of its own. */
function nowhere() {
  return { line: 1, column: 1 };
}

const NOTHING: Current = { channels: [], escalations: [], monitors: [], pages: [] };

type Meet = (part: EntryPart, key: string, name: string, held: string) => void;
type Refuse = (part: EntryPart, key: string, why: string) => void;

async function fitChannels(
  deps: Deps,
  accountId: string,
  plan: Tariff,
  file: Manifest,
  held: readonly Held[],
  meet: Meet,
  refuse: Refuse,
): Promise<void> {
  const rows = await listChannels(deps.db.read, accountId);
  const places = new Map(rows.map((row) => [`${row.kind} ${CHANNELS[row.kind].place(row.config).whole}`, row.id]));
  const members = new Set((await listMemberAddresses(deps.db.read, accountId)).map(({ key }) => key));
  for (const [key, entry] of Object.entries(file.channels)) {
    const { kind, name, config } = entry;
    const same = held.find((one) => one.kind === kind && one.name === name);
    const place = channelPlace(entry);
    const found = same?.id ?? (place === null ? undefined : places.get(place));
    const { feature, label } = CHANNELS[kind];
    const to = kind === 'email' && !('smtp_server' in config) ? (config['to'] as string[]) : [];
    const stranger = to.find((address) => !members.has(emailKey(address)));
    if (found !== undefined) meet('channels', key, name, found);
    else if (!allows(plan, feature)) {
      refuse('channels', key, `${label} alerts are part of the ${PLAN[planFor(feature)].label} plan.`);
    } else if (stranger !== undefined) {
      refuse(
        'channels',
        key,
        `${stranger} is nobody of this account. Invite them first, or use a mail server of your own.`,
      );
    }
  }
}

async function fitMonitors(
  deps: Deps,
  plan: Tariff,
  room: number,
  file: Manifest,
  held: readonly Held[],
  meet: Meet,
  refuse: Refuse,
  losses: Losses,
  breathe: () => Promise<void>,
): Promise<void> {
  const names = new Map(held.map((one) => [`${one.kind ?? ''} ${one.name}`, one.id]));
  const { label, monitors: most, interval: shortest } = PLAN[plan];
  let [left, wanted] = [room, most - room];
  for (const [key, entry] of Object.entries(file.monitors)) {
    await breathe();
    const found = names.get(`${entry.type} ${entry.name}`);
    if (found !== undefined) {
      meet('monitors', key, entry.name, found);
      continue;
    }
    const feature = CHECKS[entry.type].plan;
    if (feature !== null && !allows(plan, feature)) {
      refuse('monitors', key, `Monitors of this kind are part of the ${PLAN[planFor(feature)].label} plan.`);
      continue;
    }
    wanted += 1;
    if (left < 1) {
      const next = PLAN[planForMonitors(wanted)].label;
      refuse('monitors', key, `Your plan, ${label}, has room for ${most} monitors. ${next} has room for it.`);
      continue;
    }
    left -= 1;
    const where = entryWhere('monitors', entry);
    if ((entry.interval ?? shortest) < shortest) {
      losses.add(
        where,
        'interval',
        `Your plan, ${label}, checks every ${durationWord(shortest)} at most; it was ${durationWord(entry.interval ?? shortest)}.`,
      );
      const grace = Number(entry.config?.['grace_seconds']);
      // The alarm of a heartbeat still comes when it came.
      if (entry.type === 'heartbeat' && Number.isFinite(grace)) {
        const less = Math.max(1, grace - (shortest - (entry.interval ?? shortest)));
        entry.config = { ...entry.config, grace_seconds: less };
      }
      entry.interval = shortest;
    }
    if (entry.ping_token !== undefined && (await isTokenTaken(deps.db.read, entry.ping_token))) {
      losses.add(where, 'ping_token', 'Another monitor answers to it already, so this one gets a new address.');
      delete entry.ping_token;
    }
  }
}

async function fitPages(
  deps: Deps,
  accountId: string,
  plan: Tariff,
  file: Manifest,
  held: readonly Held[],
  meet: Meet,
  refuse: Refuse,
  losses: Losses,
): Promise<void> {
  let left = PLAN[plan].pages - held.length;
  for (const [key, page] of Object.entries(file.pages)) {
    const found = held.find((one) => one.name === page.title || one.entry['slug'] === page.slug);
    if (found) {
      meet('pages', key, page.title, found.id);
      continue;
    }
    if (left < 1) {
      const { label, pages } = PLAN[plan];
      refuse('pages', key, `Your plan, ${label}, has room for ${pages} status ${pages === 1 ? 'page' : 'pages'}.`);
      continue;
    }
    const near = [page.slug, ...suggestSlugs(page.slug).slice(0, 12)];
    const taken = await takenSlugs(deps.db.read, near, accountId, deps.clock.now());
    const free = near.find((slug) => !taken.has(slug));
    if (free === undefined) {
      refuse('pages', key, `The address "${page.slug}" is taken, and so are those near it.`);
      continue;
    }
    if (free !== page.slug)
      losses.add(entryWhere('pages', page), 'slug', `"${page.slug}" is taken; it becomes "${free}".`);
    page.slug = free;
    left -= 1;
  }
}
