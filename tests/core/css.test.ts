import { describe, expect, test } from 'vitest';
import { drawingCss, pageCss } from '../../src/core/css.ts';

describe('CSS of a page', () => {
  test.each([
    ['h1 { color: #123456 }', '.branded h1{color:#123456}'],
    [
      '.verdict,\n.incident > p { margin : 0 auto; padding:4px ; }',
      '.branded .verdict,.branded .incident > p{margin:0 auto;padding:4px}',
    ],
    [
      ':root { --bg: #fffdf5; --font: "Comic Sans MS", cursive }',
      '.branded{--bg:#fffdf5;--font:"Comic Sans MS", cursive}',
    ],
    [
      'html body { background: linear-gradient(#fff, rgb(1 2 3 / 50%)) }',
      '.branded{background:linear-gradient(#fff, rgb(1 2 3 / 50%))}',
    ],
    ['body.dark { color: red }', '.branded.dark{color:red}'],
    [
      'li:nth-child(2n+1):not(:first-child), a:hover { opacity: .8 !important }',
      '.branded li:nth-child(2n+1):not(:first-child),.branded a:hover{opacity:.8 !important}',
    ],
    ['/* { */ a { color: red; /* } */ }', '.branded a{color:red}'],
    [
      '@media (max-width: 600px) { h2 { font: 600 1rem/1.2 serif } }',
      '@media (max-width: 600px){.branded h2{font:600 1rem/1.2 serif}}',
    ],
    ['@media print and (min-width: 10cm){a{color:red}}', '@media print and (min-width: 10cm){.branded a{color:red}}'],
    ['h1 { }', ''],
    ['', ''],
    ['/* nothing */', ''],
    [
      'h1 { width: calc(100% - (2 * 3px)); color: light-dark(#fff, #000) }',
      '.branded h1{width:calc(100% - (2 * 3px));color:light-dark(#fff, #000)}',
    ],
  ])('%j', (text, css) => {
    expect(pageCss(text)).toEqual({ css, problem: null });
  });

  test.each([
    ['h1 { position: fixed }', 'Line 1: “position” is not among the properties that can be set.'],
    ['\n\na { color: red;\n z-index: 9 }', 'Line 4: “z-index” is not among the properties that can be set.'],
    ['@import "https://evil.example/x.css";', 'Line 1: “@import” cannot be used; only @media can.'],
    ['@font-face { font-family: x }', 'Line 1: “@font-face” cannot be used; only @media can.'],
    ['h1 { background: url(https://evil.example/x) }', 'Line 1: “url()” cannot be used in a value.'],
    ['h1 { background: image-set("x") }', 'Line 1: “image-set()” cannot be used in a value.'],
    ['h1 { width: expression(alert(1)) }', 'Line 1: “expression()” cannot be used in a value.'],
    ['h1 { background: u\\72l(x) }', 'Line 1: the sign “\\” cannot be used.'],
    ['</style><script>alert(1)</script>', 'Line 1: the sign “<” cannot be used.'],
    ['h1 { behavior: url(#x) }', 'Line 1: “behavior” is not among the properties that can be set.'],
    ['h1 { -moz-binding: none }', 'Line 1: “-moz-binding” is not among the properties that can be set.'],
    ['h1 { content: "x" }', 'Line 1: “content” is not among the properties that can be set.'],
    ['h1 { --mine: 1 }', 'Line 1: “--mine” is not among the properties that can be set.'],
    ['h1 { margin-top: -900px }', 'Line 1: a margin cannot be less than nothing.'],
    ['a[href^="x"] { color: red }', 'Line 1: the selector “a[href^="x"]” cannot be used.'],
    ['a::before { color: red }', 'Line 1: “::before” cannot be used in a selector.'],
    ['a:has(b) { color: red }', 'Line 1: “:has” cannot be used in a selector.'],
    ['h1 { color: red', 'Line 1: a “}” is missing.'],
    ['h1 color: red }', 'Line 1: a “{” is missing.'],
    ['h1 { color: red } }', 'Line 1: there is a “}” too many.'],
    ['h1 { a { color: red } }', 'Line 1: rules cannot stand inside rules.'],
    ['h1 { color }', 'Line 1: “color” is not “property: value”.'],
    ['h1 { color: }', 'Line 1: “color” has no value.'],
    ['h1 { color: rgb(1,2 }', 'Line 1: the brackets of “color” do not match.'],
    ['h1 { font-family: "x }', 'Line 1: a quotation mark is not closed.'],
    ['h1 { font-family: "a;b" }', 'Line 1: the value of “font-family” cannot be used.'],
    ['{ color: red }', 'Line 1: a selector is missing.'],
    [', h1 { color: red }', 'Line 1: a selector is missing.'],
    ['h1) , (b { color: red }', 'Line 1: the selector “h1) , (b” cannot be read.'],
    ['/* open', 'Line 1: this comment does not end.'],
    ['h1 { color: red;\u0000 }', 'Line 1: a control character cannot be used.'],
    ['@media (max-width: 1px) { @media print { a { color: red } } }', 'Line 1: “@media” stands inside another one.'],
    ['@media x;y { a { color: red } }', 'Line 1: this “@media” cannot be read; write it as @media (max-width: 600px).'],
  ])('refuses %j', (text, problem) => {
    expect(pageCss(text)).toEqual({ css: '', problem });
  });

  test('every selector of what is written is held to the page', () => {
    const { css } = pageCss('*{color:red} body > * {color:red} html{color:red} a,b{color:red} ~ p{color:red}');
    for (const selector of css.matchAll(/(?:^|\})([^{]+)\{/g)) {
      for (const one of (selector[1] ?? '').split(',')) expect(one).toMatch(/^\.branded/);
    }
  });

  test('long text is read in time that grows with its length', () => {
    const text = 'a { color: red }\n'.repeat(1_100);
    expect(pageCss(text).css.length).toBeGreaterThan(15_000);
    expect(pageCss('/*'.repeat(10_000)).problem).not.toBeNull();
    expect(pageCss(`${'('.repeat(20_000)}{}`).problem).not.toBeNull();
  });
});

test('CSS of a drawing: only its own parts may be named', () => {
  expect(drawingCss('.a{fill:url(#g)}')).toEqual({ css: '.a{fill:url(#g)}', problem: null });
  expect(drawingCss('.a{fill:url(https://x)}').problem).toContain('“url()” cannot be used');
  expect(drawingCss('.a{position:fixed}').problem).toContain('position');
});
