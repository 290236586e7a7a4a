import type { Deps } from '../deps.ts';
import type { Views } from '../web/render.ts';
import type { Forms } from './forms.ts';
import { pageJson } from './json.ts';
import { visitorView } from './visitor-view.ts';

/** Every form a page is written in. `style` is the sheet inside its pages. */
export function pageForms(_deps: Deps, views: Views, style: string): Forms {
  return {
    html: {
      path: '',
      contentType: 'text/html; charset=utf-8',
      kind: 'page',
      spoken: true,
      write: (facts, context) => views.text('statuspages/show', { ...visitorView(facts, context), style }),
    },
    json: {
      path: '/api',
      contentType: 'application/json',
      kind: 'data',
      write: (facts, context) => JSON.stringify(pageJson(facts, context)),
    },
  };
}
