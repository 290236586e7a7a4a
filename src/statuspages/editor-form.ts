import type { Form } from '../web/forms.ts';
import type { PageRow, PlaceRow } from './queries.ts';

/** The editor's fields as strings, as they were typed. */
export interface EditorForm {
  title: string;
  description: string;
  slug: string;
  branding: boolean;
  /** `mon_…:up` or `mon_…:down` when an arrow was pressed, else empty. */
  move: string;
  raw: Form;
}

/** One monitor of the account as the editor shows it, in the order it would be saved. */
export interface Line {
  monitorId: string;
  monitorName: string;
  public: boolean;
  shown: boolean;
  name: string;
  position: number;
  /** Field of the name, for labels and errors. */
  field: string;
}

export function editorForm(raw: Form): EditorForm {
  const text = (name: string) => String(raw[name] ?? '');
  return {
    title: text('title'),
    description: text('description'),
    slug: text('slug'),
    branding: text('branding') === 'true',
    move: text('move'),
    raw,
  };
}

/** The form as the page stands, with the lines in their order. */
export function storedForm(page: PageRow, places: PlaceRow[]): EditorForm & { lines: Line[] } {
  const { title, slug, branding } = page;
  return {
    title,
    slug,
    branding,
    description: page.description ?? '',
    move: '',
    raw: {},
    lines: places.map(storedLine),
  };
}

function storedLine(place: PlaceRow, i: number): Line {
  return {
    monitorId: place.monitor_id,
    monitorName: place.monitor_name,
    public: place.public,
    shown: place.component_id !== null,
    name: place.component_name ?? '',
    position: i + 1,
    field: `name_${place.monitor_id}`,
  };
}

/**
 * The lines as the form wants them: sorted by the numbers typed, then moved by the arrow pressed. A number that was
 * changed wins over the line that had it. Monitors made after the form was drawn keep what they have.
 */
export function linesOf(form: EditorForm, places: PlaceRow[]): Line[] {
  const lines = places.map(storedLine).map((line) => {
    const typed = form.raw[`position_${line.monitorId}`];
    if (typed === undefined) return { line, rank: line.position };
    const wanted = Number.parseInt(String(typed), 10);
    const to = Number.isFinite(wanted) ? wanted : line.position;
    const rank = to === line.position ? to : to + (to < line.position ? -0.5 : 0.5);
    const shown = form.raw[`show_${line.monitorId}`] === 'true';
    return { line: { ...line, shown, name: String(form.raw[line.field] ?? '') }, rank };
  });
  const sorted = lines.toSorted((a, b) => a.rank - b.rank).map(({ line }) => line);
  return moved(sorted, form.move).map((line, i) => ({ ...line, position: i + 1 }));
}

function moved(lines: Line[], move: string): Line[] {
  const [id, way] = move.split(':');
  const from = lines.findIndex(({ monitorId }) => monitorId === id);
  const to = from + (way === 'up' ? -1 : 1);
  const [here, there] = [lines[from], lines[to]];
  if (!here || !there) return lines;
  return lines.with(from, there).with(to, here);
}

/** What the action is asked for. A locked box is not sent by the browser: then our mark stays. */
export function inputOf(form: EditorForm, lines: Line[], mayHideBranding: boolean) {
  return {
    title: form.title,
    description: form.description,
    slug: form.slug,
    ...(mayHideBranding ? { branding: form.branding } : {}),
    components: lines.filter(({ shown }) => shown).map(({ monitorId, name }) => ({ monitor_id: monitorId, name })),
  };
}
