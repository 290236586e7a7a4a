import { describe, expect, test } from 'vitest';
import { plainMarkdown, renderMarkdown } from '../../src/core/markdown.ts';
import { ATTACKS, INJECTIONS } from '../support/injections.ts';
import { fc } from '../support/property.ts';

const link = (href: string, words: string) => `<a href="${href}" rel="noopener nofollow ugc">${words}</a>`;

describe('what people write', () => {
  test.each([
    ['one\ntwo\n\nthree', '<p>one<br>two</p><p>three</p>'],
    [
      '*em* **strong** ***both*** `a <b>`',
      '<p><em>em</em> <strong>strong</strong> <em><strong>both</strong></em> <code>a &#60;b&#62;</code></p>',
    ],
    [
      '**b *c* d** _x_ snake_case_name 2 * 3 * 4',
      '<p><strong>b <em>c</em> d</strong> <em>x</em> snake_case_name 2 * 3 * 4</p>',
    ],
    ['# A\n## B ##\n###### C', '<h3>A</h3><h4>B</h4><h6>C</h6>'],
    [
      '- a\n- b\n  - c\n\n3. d\n4. e',
      '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start="3"><li>d</li><li>e</li></ol>',
    ],
    ['- a\n\n- b', '<ul><li><p>a</p></li><li><p>b</p></li></ul>'],
    ['It began in\n2024. We know.', '<p>It began in<br>2024. We know.</p>'],
    ['> q\n> - r\n\nafter', '<blockquote><p>q</p><ul><li>r</li></ul></blockquote><p>after</p>'],
    ['```js\n*a* <b>\n```\nz', '<pre><code>*a* &#60;b&#62;</code></pre><p>z</p>'],
    ['a\n\n---\n* * *', '<p>a</p><hr><hr>'],
    [
      '| a | b |\n|---|:-:|\n| 1 \\| 2 | `x` |\nafter',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1 | 2</td><td><code>x</code></td></tr></tbody></table><p>after</p>',
    ],
    ['\\*no\\* \\<b>', '<p>*no* &#60;b&#62;</p>'],
    ['[our *blog*](https://a.example/x_(y) "title")', `<p>${link('https://a.example/x_(y)', 'our <em>blog</em>')}</p>`],
    [
      'See https://a.example/b_c. Or <https://d.example>, <mailto:e@f.example>',
      `<p>See ${link('https://a.example/b_c', 'https://a.example/b_c')}. Or ${link('https://d.example/', 'https://d.example')}, ${link('mailto:e@f.example', 'e@f.example')}</p>`,
    ],
    ['[https://a.example](https://b.example)', `<p>${link('https://b.example/', 'https://a.example')}</p>`],
    ['![our logo](https://a.example/p.png)', '<p>our logo</p>'],
    ['', ''],
  ])('%j', (text, html) => {
    expect(renderMarkdown(text)).toBe(html);
  });
});

/** What may stand in the HTML, to the letter; anything else with `<` or `>` is foreign. */
const TAG =
  /<(?:br|hr|\/?(?:p|em|strong|code|pre|ul|li|blockquote|h[3-6]|table|thead|tbody|tr|th|td)|\/?ol|ol start="\d{1,9}"|\/a|a href="(?:https?:\/\/|mailto:)[^"<>\s]*" rel="noopener nofollow ugc")>/g;

/** Tags that are not ours, or not closed in order. */
function faults(html: string): string[] {
  const foreign = /[<>"']/.exec(html.replace(TAG, ''));
  const open: string[] = [];
  const crossed: string[] = [];
  for (const [tag] of html.matchAll(TAG)) {
    const name = /\w+/.exec(tag)?.[0] ?? '';
    if (name === 'br' || name === 'hr') continue;
    if (!tag.startsWith('</')) open.push(name);
    else if (open.pop() !== name) crossed.push(tag);
  }
  return [...(foreign ? [`foreign ${foreign[0]} at ${foreign.index}`] : []), ...crossed, ...open];
}

describe('hostile text', () => {
  test('five hundred and more injections make nothing that is not ours', () => {
    expect(INJECTIONS.length).toBeGreaterThan(500);
    const through = INJECTIONS.filter((text) => {
      const html = renderMarkdown(text);
      return faults(html).length > 0 || /evil\.example" rel|href="(?!https?:|mailto:)/.test(html);
    });
    expect(through).toEqual([]);
  });

  test('five hundred mixtures of marks, tags and addresses', () => {
    const part = fc.oneof(
      fc.constantFrom(...ATTACKS),
      fc.constantFrom('*', '**', '_', '`', '``', '[', ']', '](', '(', ')', '<', '>', '!', '\\', '|', '\n', '\n\n'),
      fc.constantFrom(
        '- ',
        '1. ',
        '> ',
        '# ',
        '```\n',
        '|-|-|\n',
        '  ',
        'https://a.example',
        'javascript:',
        '"',
        "'",
        '&',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const texts = fc.array(part, { maxLength: 24 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(faults(renderMarkdown(text))).toEqual([]);
        plainMarkdown(text);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['[', '![', '](', '[a](', '[a](<', '*a **b ', 'a*', '*a', '_', '**a _b ', '``a`', '<', '<http://', '>'])(
    '%j fifty thousand letters long costs what its length says',
    (unit) => {
      expect(faults(renderMarkdown(unit.repeat(50_000 / unit.length)))).toEqual([]);
    },
  );

  test('quotes and lists end somewhere', () => {
    expect(renderMarkdown(`${'> '.repeat(500)}x`).split('<blockquote>')).toHaveLength(8);
    const nested = Array.from({ length: 200 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n');
    expect(renderMarkdown(nested).split('<ul>').length).toBeLessThan(10);
  });
});

describe('as plain text', () => {
  test.each([
    [
      'We **know**.\nMore soon.\n\nSee [the blog](https://a.example/b).',
      'We know.\nMore soon.\n\nSee the blog (https://a.example/b).',
    ],
    ['https://a.example', 'https://a.example'],
    ['- a\n- b\n  - c\n\n2. d\n3. e', '- a\n- b\n  - c\n\n2. d\n3. e'],
    ['- a\n\n- b\n\nend', '- a\n- b\n\nend'],
    ['# T\n`a < b` & "c"', 'T\n\na < b & "c"'],
    ['|a|b|\n|-|-|\n|1|2|', 'a | b\n1 | 2'],
    ['a\n\n---\nb', 'a\n\n---\n\nb'],
    ['![logo](https://a.example/p.png)', 'logo'],
  ])('%j', (text, plain) => {
    expect(plainMarkdown(text)).toBe(plain);
  });
});
