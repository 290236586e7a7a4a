import { z } from 'zod';
import { type AlertWords, oneLine } from '../core/alert.ts';
import { entryLines, factsOf, fit, linksOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone } from './channel.ts';
import { KEY_URL, keyField, keysIn, keyUrl } from './key-url.ts';
import { type Answer, judge, objectIn, post } from './post.ts';

/** A card may have 28 KB. This much of it is for merged alerts; one a line up to so many, then in a row. */
const ENTRIES_BYTES = 15_000;
const MOST_LINES = 40;

const config = z.strictObject({
  url: keyUrl('Paste the address of the workflow.', 'https://….logic.azure.com/workflows/…'),
});
type TeamsConfig = z.infer<typeof config>;

/** Microsoft Teams by a workflow that posts a card. */
export const teams: Channel<TeamsConfig> = {
  kind: 'teams',
  label: 'Microsoft Teams',
  receiver: 'Teams',
  feature: 'webhook',
  about: 'A card in a channel or chat of Microsoft Teams.',
  steps: [
    'In Teams, open the menu of the channel or chat and choose Workflows.',
    'Pick “Post to a channel when a webhook request is received” (or the one for a chat) and finish it.',
    'Copy the address it shows, paste it here and send a test.',
  ],
  config,
  fields: [keyField('Workflow address', 'https://….logic.azure.com/workflows/…')],
  ...KEY_URL,
  merges: true,
  async send(parcel, { url }, context) {
    const answer = await post({ url, body: teamsMessage(parcel), secrets: keysIn(url) }, context);
    return judgeTeams(answer, parcel.now);
  },
};

/** An Adaptive Card. Words of people stand in text runs, the one element that has no Markdown. */
function teamsMessage(parcel: Parcel): Record<string, unknown> {
  const { words } = parcel;
  const facts = factsOf(words).slice(0, 15);
  const body = [
    block(run(words.headline, 800, { size: 'Large', weight: 'Bolder', color: TONES[words.tone] })),
    ...(words.late === null ? [] : [block(run(words.late, 500, { color: 'Warning' }))]),
    ...facts.map(({ label, value }) => block(run(`${label}: `, 100, { weight: 'Bolder' }), run(value, 600))),
    ...entryBlocks(words),
    block(run(words.nextStep, 600)),
    block(run(words.footer, 400, { isSubtle: true, size: 'Small' })),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: fit(words.subject, 300, inert),
    msteams: { width: 'Full' },
    body,
    actions: linksOf(parcel).map(({ label, href }) => ({ type: 'Action.OpenUrl', title: inert(label), url: href })),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return { type: 'message', attachments: [attachment] };
}

const TONES: Record<AlertWords['tone'], string> = { bad: 'Attention', good: 'Good', neutral: 'Default' };

function entryBlocks({ entries }: AlertWords): object[] {
  if (entries.length === 0) return [];
  const few = entries.length <= MOST_LINES;
  const { lines } = entryLines(
    entries,
    ENTRIES_BYTES,
    [
      ...(few ? [({ badge, name, text }: AlertWords['entries'][number]) => `${badge}: ${name} – ${text}`] : []),
      ({ name }) => name,
      ({ name }) => fit(name, 26, inert, bytes),
    ],
    (line) => bytes(line) + (few ? 100 : 3),
  );
  if (!few) return [block({ type: 'TextRun', text: inert(lines.join(', ')) })];
  return lines.map((line) => block({ type: 'TextRun', text: inert(line) }));
}

function block(...inlines: object[]): object {
  return { type: 'RichTextBlock', spacing: 'Small', inlines };
}

function run(text: string, most: number, look: Record<string, unknown> = {}): object {
  const trailing = text.endsWith(' ') ? ' ' : ''; // cutting takes the blank behind a label
  return { type: 'TextRun', text: fit(text, most, inert, bytes) + trailing, ...look };
}

/** Cards compute what stands in double braces; a word joiner, which nobody sees, takes its meaning away. */
function inert(text: string): string {
  return oneLine(text, text.length).replace(/\{(?=\{)|\$(?=\{)/g, '$&\u2060');
}

/** What the text takes in JSON. */
function bytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The flow behind the address was deleted or switched off. */
const GONE = /WorkflowNotFound|WorkflowTriggerNotFound|WorkflowTriggerIsNotEnabled|WorkflowNotEnabled|WorkflowDisabled/;
const REFUSED = /TriggerInputSchemaMismatch|InvalidRequestContent|RequestEntityTooLarge/;

/** Errors of the service itself have a code; a page of a proxy has none and says nothing of the workflow. */
function judgeTeams(answer: Answer, now: number): string {
  const { status, text, words } = answer;
  const { error } = objectIn(answer);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const refused = status >= 400 && status < 500 && status !== 429;
  if ((status === 401 || status === 403) && code !== '') throw new ReceiverGone(words);
  if (refused && GONE.test(code)) throw new ReceiverGone(words);
  if (status === 413 || (refused && REFUSED.test(code))) throw new PermanentFailure(words);
  const said = judge(answer, now);
  // The connectors of before answer 200 and say in words that Teams did not take it.
  if (!/delivery failed/i.test(text)) return said;
  const inner = /HTTP error (\d{3})/.exec(text)?.[1];
  if (inner === '413') throw new PermanentFailure(words);
  throw new Error(words);
}
