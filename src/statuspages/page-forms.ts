import type { Deps } from '../deps.ts';
import type { Views } from '../web/render.ts';
import { createCharts } from './charts.ts';
import { assetForms } from './assets.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext, Forms } from './forms.ts';
import { entryPage, historyView, monthOf, spanOf } from './history-view.ts';
import { pageJson } from './json.ts';
import { createLooks } from './look.ts';
import { machineForms } from './machine-forms.ts';
import { pictureForms } from './picture.ts';
import { readEntry, readPast } from './past-queries.ts';
import { visitorView } from './visitor-view.ts';

const HTML = { contentType: 'text/html; charset=utf-8', kind: 'page', spoken: true } as const;

/** Every form a page is written in. `style` is the sheet inside its pages. */
export function pageForms(deps: Deps, views: Views, style: string): Forms {
  const charts = createCharts(deps);
  const looks = createLooks(style);
  const dress = (facts: PageFacts, { root }: FormContext) => ({ style, look: looks.view(facts, root) });
  return {
    html: {
      ...HTML,
      path: '',
      async write(facts, context) {
        const view = visitorView(facts, context, await charts(facts, context));
        return views.text('statuspages/show', { ...view, ...dress(facts, context) });
      },
    },
    history: {
      ...HTML,
      path: '/history',
      query: { month: /^20\d\d-(0[1-9]|1[0-2])$/ },
      async write(facts, context) {
        const month = facts.appearance.show_history === false ? null : monthOf(facts, context.params['month']);
        if (month === null) return null;
        const { from, to } = spanOf(month, facts.timezone);
        const past = await readPast(deps.db.read, facts.id, context.audience, from, to);
        return views.text('statuspages/history', {
          ...historyView(facts, context, month, past),
          ...dress(facts, context),
        });
      },
    },
    entry: {
      ...HTML,
      path: '/incidents/:id',
      async write(facts, context) {
        const past = await readEntry(deps.db.read, facts.id, context.audience, context.params['id'] ?? '');
        const view = entryPage(facts, context, past);
        return view && views.text('statuspages/entry', { ...view, ...dress(facts, context) });
      },
    },
    json: {
      path: '/api',
      contentType: 'application/json',
      kind: 'data',
      write: (facts, context) => JSON.stringify(pageJson(facts, context)),
    },
    ...assetForms(deps, looks),
    ...pictureForms(),
    ...machineForms(deps, views),
  };
}
