import { expect, test } from 'vitest';
import { cleanSvg } from '../../src/core/svg.ts';

const NS = 'xmlns="http://www.w3.org/2000/svg"';
const inside = (content: string) => `<svg ${NS} viewBox="0 0 10 10">${content}</svg>`;

test('a drawing of a drawing program is kept without its notes', () => {
  const { svg, problem } = cleanSvg(`<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">
<svg ${NS} xmlns:inkscape="http://www.inkscape.org/" width="10" height="10" inkscape:version="1.2" data-name="x">
<metadata><rdf:RDF xmlns:rdf="x"><cc:Work rdf:about=""/></rdf:RDF></metadata><sodipodi:namedview pagecolor="#fff"/>
<style><![CDATA[.cls-1{fill:url(#g);}]]></style><defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>
<g class="cls-1" style="fill:#fff; stroke-width: 2"><path d="M0 0L5 5"/></g><use xlink:href="#g"/><text x="1">A &amp; B &#60;</text></svg>`);
  expect(problem).toBeNull();
  expect(svg).toBe(
    `<svg ${NS} width="10" height="10">\n\n<style>.cls-1{fill:url(#g)}</style><defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>\n<g class="cls-1" style="fill:#fff;stroke-width:2"><path d="M0 0L5 5"/></g><use href="#g"/><text x="1">A &amp; B &lt;</text></svg>`,
  );
});

test.each([
  ['<script>alert(1)</script>', '<script>'],
  ['<SCRIPT>alert(1)</SCRIPT>', '<SCRIPT>'],
  ['<path onload="alert(1)" d="M0 0"/>', 'onload'],
  ['<path ONclick="alert(1)" d="M0 0"/>', 'ONclick'],
  ['<foreignObject><p>x</p></foreignObject>', '<foreignObject>'],
  ['<image href="https://evil.example/x.png"/>', '<image>'],
  ['<a href="javascript:alert(1)"><path d="M0 0"/></a>', '<a>'],
  ['<use href="https://evil.example/x.svg#a"/>', 'outside of itself'],
  ['<use href="data:image/svg+xml,x"/>', 'outside of itself'],
  ['<use xlink:href="&#x68;ttps://evil.example"/>', 'outside of itself'],
  ['<rect fill="url(https://evil.example/#a)"/>', 'outside of itself'],
  ['<rect fill="u&#114;l(//evil.example)"/>', 'outside of itself'],
  ['<rect style="fill:url(//evil.example)"/>', 'style'],
  ['<rect style="background:red"/>', 'style'],
  ['<style>@import "https://evil.example";</style>', 'style'],
  ['<style>a{fill:red}<script>x</script></style>', 'style'],
  ['<animate attributeName="href" to="javascript:alert(1)"/>', '<animate>'],
  ['<set attributeName="onload" to="alert(1)"/>', '<set>'],
  ['<filter><feImage href="https://evil.example"/></filter>', '<filter>'],
  ['<iframe src="x"/>', '<iframe>'],
  ['<text>&evil;</text>', 'entity'],
  ['<path d="M0 0"', 'well-formed'],
  ['<g><path/></svg>', 'well-formed'],
  ['<path d=x/>', 'well-formed'],
  ['<path id="a" id="b"/>', 'well-formed'],
  ['<![CDATA[<script>alert(1)</script>]]>', 'well-formed'],
  ['<use href="#a" xlink:href="#b"/>', 'well-formed'],
  ['<g>'.repeat(60), 'nested'],
])('refuses %j', (content, reason) => {
  const { svg, problem } = cleanSvg(inside(content));
  expect(svg).toBe('');
  expect(problem).toContain(reason);
});

test.each([
  ['<html><script>alert(1)</script></html>', 'not an SVG'],
  [`<!DOCTYPE svg [<!ENTITY x "y">]>${inside('')}`, 'entities'],
  [`<svg ${NS}><path/></svg>`, 'viewBox'],
  [`${inside('')}<script>alert(1)</script>`, 'after the end'],
  ['', 'not an SVG'],
  [`<svg ${NS} viewBox="0 0 1 1" onload="alert(1)"/>`, 'onload'],
])('refuses the file %j', (text, reason) => {
  expect(cleanSvg(text).problem).toContain(reason);
});

test.each([
  ['viewBox="0 0 160 40"', 'width="192" height="48"'],
  ['viewBox="0,0,10,10" width="100%" height="100%"', 'width="48" height="48"'],
  ['width="30px" height="20"', 'width="30" height="20"'],
])('a drawing has a size: %s', (given, size) => {
  expect(cleanSvg(`<svg ${NS} ${given}/>`).svg).toContain(`<svg ${NS} ${size}`);
});

test.each(['viewBox="0 0 0 10"', 'viewBox="x"', 'width="100%" height="100%"'])(
  'a drawing without a size: %s',
  (given) => {
    expect(cleanSvg(`<svg ${NS} ${given}/>`).problem).toContain('viewBox');
  },
);
