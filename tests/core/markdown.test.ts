import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainMarkdown, renderMarkdown } from '../../src/core/markdown.ts';

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

const ATTACKS = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.example/x.js></sCrIpT>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<iframe src="javascript:alert(1)">',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<object data="javascript:alert(1)">',
  '<embed src="//evil.example">',
  '<style>@import "//evil.example"</style>',
  '<link rel=stylesheet href=//evil.example>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<base href="//evil.example/">',
  '<form action="//evil.example"><input name=p></form>',
  '<a href="javascript:alert(1)">x</a>',
  '<body onload=alert(1)>',
  '<math><mi xlink:href="data:x,<script>alert(1)</script>">',
  '<details open ontoggle=alert(1)>',
  '<!--><script>alert(1)</script-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?php echo 1 ?>',
  '</p></div><script>alert(1)</script>',
  '<p title="</p><script>alert(1)</script>">',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x]( javascript:alert(1) )',
  '[x](java\nscript:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](vbscript:msgbox)',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](file:///etc/passwd)',
  '[x](//evil.example)',
  '[x](/settings)',
  '[x](https://good.example@evil.example)',
  '[x](https://a.example" onmouseover="alert(1))',
  "[x](https://a.example' onmouseover='alert(1))",
  '[x](https://a.example "t" onclick="alert(1)")',
  '[x](<https://a.example" onclick="alert(1)>)',
  '[x](https://a.example/"><script>alert(1)</script>)',
  '[<script>alert(1)</script>](https://a.example)',
  '[a [b](https://b.example) c](https://c.example)',
  '[https://b.example](https://c.example)',
  '![x](https://evil.example/p.png)',
  '![x](javascript:alert(1))',
  '![" onerror="alert(1)](x)',
  '![a](https://e.example/"onerror="alert(1))',
  '[![x](https://evil.example/p.png)](https://a.example)',
  '<javascript:alert(1)>',
  '<https://a.example/"onclick="alert(1)>',
  '<https://a.example/><script>alert(1)</script>',
  'https://a.example/"><img/src=x>',
  "https://a.example/'onclick='alert(1)",
  'https://a.example/<b>',
  '```"><script>\nalert(1)\n```</script>',
  '```\n</code></pre><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '| <script> | b |\n|---|---|\n| </td><script> | x |',
  '- <script>\n- </ul><script>',
  '99999999999. x\n1"><script>. y',
  '# <script>alert(1)</script>',
  '> </blockquote><script>alert(1)</script>',
  '*a <em> **b* c**',
  '**[a**](https://a.example)',
  '[*a](https://a.example)*',
  '\\<script>alert(1)</script>',
  '\\[x](javascript:alert(1))',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u0000<script>\u0000',
  '<\u0000script>alert(1)</script>',
  '\ud800<script>',
  '\u2028<script>\u2029',
  '\u202e<script>tpircs',
  '＜script＞alert(1)＜/script＞',
  '[1]: javascript:alert(1)\n\n[1]',
  '[x][1]\n\n[1]: https://a.example',
  '{{constructor.constructor("alert(1)")()}}',
  '<%= 1 %><%~ it.x %>',
  '${alert(1)}',
];

describe('hostile text', () => {
  test.each(ATTACKS)('%j makes nothing that is not ours', (text) => {
    const html = renderMarkdown(text);
    expect(faults(html)).toEqual([]);
    expect(html).not.toMatch(/evil\.example" rel|href="(?!https?:|mailto:)/);
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
    '%j a hundred thousand letters long costs what its length says',
    (unit) => {
      expect(faults(renderMarkdown(unit.repeat(100_000 / unit.length)))).toEqual([]);
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
