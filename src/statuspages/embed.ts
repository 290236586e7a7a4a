import { createHash } from 'node:crypto';
import { LANGUAGE_TAG } from '../core/language.ts';
import { words } from '../core/words/index.ts';
import type { Views } from '../web/render.ts';
import { embedScript } from './embed-script.ts';
import { symbolOf } from './entry-view.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext, Forms } from './forms.ts';
import { compactStyle } from './style.ts';
import { headlineOf } from './visitor-view.ts';

/** What other sites show of a page: a frame, or a script with the data it asks for. None of them sets a cookie. */
export function embedForms(views: Views): Forms {
  const style = compactStyle(views.text('statuspages/embed-style', {}));
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *`;
  return {
    embed: {
      path: '/embed',
      contentType: 'text/html; charset=utf-8',
      // Any site may show it, so it has the headers of data.
      kind: 'data',
      headers: () => ({ 'content-security-policy': policy, 'x-robots-tag': 'noindex' }),
      write: (facts, context) => views.text('statuspages/embed', { ...frame(facts, context), style }),
    },
    'embed script': {
      path: '/embed.js',
      contentType: 'text/javascript; charset=utf-8',
      kind: 'data',
      write: (facts, context) => embedScript(start(facts, context)),
    },
    'embed json': {
      path: '/embed.json',
      contentType: 'application/json; charset=utf-8',
      kind: 'data',
      write: (facts, context) => JSON.stringify(start(facts, context)),
    },
  };
}

function start(facts: PageFacts, { language }: FormContext) {
  return { status: facts.status, headline: headlineOf(facts, words(language)), name: facts.title, url: facts.url };
}

function frame(facts: PageFacts, context: FormContext) {
  const { embed } = words(context.language);
  return {
    ...start(facts, context),
    symbol: symbolOf(facts.status),
    lang: LANGUAGE_TAG[context.language],
    title: embed.title(facts.title),
    open: embed.open,
  };
}
