import { deflateSync, crc32 } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { type Person, signUp } from '../support/world.ts';

let t: TestApp;
let alice: Person;
let here: string;

beforeEach(async () => {
  t = await testApp();
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'pro' });
  here = `/status-pages/${await pageOf(alice)}`;
});
afterEach(() => t.close());

async function pageOf(person: Person): Promise<string> {
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${person.accountId}`,
  );
  return rows[0]?.id ?? '';
}

function upload(role: string, bytes: Uint8Array | string, person = alice, name = 'x.png'): Promise<Response> {
  const body = new FormData();
  body.append('file', new File([bytes], name));
  return person.browser.request(`${here}/look/${role}`, {
    method: 'POST',
    headers: { accept: 'text/html', origin: 'http://localhost:8000', 'sec-fetch-site': 'same-origin' },
    body,
  });
}

const visit = (path = '') => t.visitor().get(`/s/alice-shop${path}`);
const html = async () => (await visit()).text();
async function firstFile(pattern: RegExp): Promise<string> {
  return (await html()).match(pattern)?.[0].replace('/s/alice-shop', '') ?? '';
}

function chunk(type: string, body: Uint8Array): Buffer {
  const made = Buffer.alloc(12 + body.length);
  made.writeUInt32BE(body.length, 0);
  made.write(type, 4, 'latin1');
  made.set(body, 8);
  made.writeUInt32BE(crc32(made.subarray(4, 8 + body.length)), 8 + body.length);
  return made;
}

function png(width: number, height: number, more: Buffer[] = [], rows = height): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const pixels = Buffer.alloc(rows * (1 + width * 3), 0);
  const parts = [chunk('IHDR', head), ...more, chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xe1, 0, 8]),
  Buffer.from('GPSxxx'),
  Buffer.from([0xff, 0xfe, 0, 6]),
  Buffer.from('note'),
  Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 20, 0, 30, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]),
  Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xd9]),
  Buffer.from('<script>behind the end</script>'),
]);
const GIF = Buffer.concat([
  Buffer.from('GIF89a\x02\x00\x03\x00\x00\x00\x00', 'latin1'),
  Buffer.from([0x21, 0xfe, 5]),
  Buffer.from('hello\x00', 'latin1'),
  Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 3, 0, 0, 2, 1, 0, 0, 0x3b]),
  Buffer.from('trailing'),
]);
function webp(): Buffer {
  const part = (type: string, body: Buffer) => {
    const made = Buffer.alloc(8 + body.length + (body.length % 2));
    made.write(type, 0, 'latin1');
    made.writeUInt32LE(body.length, 4);
    made.set(body, 8);
    return made;
  };
  const body = Buffer.concat([
    part('VP8X', Buffer.from([0x08, 0, 0, 0, 9, 0, 0, 4, 0, 0])),
    part('VP8L', Buffer.from([0x2f, 9, 0, 1, 0])),
    part('EXIF', Buffer.from('GPSxxx')),
  ]);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + body.length, 4);
  return Buffer.concat([head, body]);
}
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z" inkscape:note="GPSxxx"/></svg>';

describe('pictures', () => {
  test.each([
    ['png', 'image/png', png(4, 4, [chunk('tEXt', Buffer.from('GPSxxx')), chunk('eXIf', Buffer.from('GPSxxx'))])],
    ['jpg', 'image/jpeg', JPEG],
    ['gif', 'image/gif', GIF],
    ['webp', 'image/webp', webp()],
    ['svg', 'image/svg+xml', Buffer.from(SVG)],
  ])('%s: shown, kept without notes, sent for ever under its own name', async (extension, mime, bytes) => {
    expect((await upload('logo', bytes, alice, 'logo.exe')).status).toBe(303);
    const file = await firstFile(new RegExp(`/s/alice-shop/assets/logo-[0-9a-f]{16}\\.${extension}`));
    const answer = await visit(file);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(mime);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    if (extension === 'svg') {
      expect(answer.headers.get('content-security-policy')).toBe(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      );
      expect(answer.headers.get('content-disposition')).toBe('attachment');
    }
    const kept = Buffer.from(await answer.arrayBuffer());
    expect(kept.length).toBeGreaterThan(20);
    for (const gone of ['GPSxxx', 'note', 'hello', 'script', 'trailing']) expect(kept.includes(gone), gone).toBe(false);
    expect((await upload('logo', kept)).status).toBe(303);
    expect(await firstFile(/\/s\/alice-shop\/assets\/logo-[0-9a-f]{16}\.\w+/)).toBe(file);
  });

  test.each([
    ['nothing', new Uint8Array(), 'Choose a file first.'],
    ['a text', 'hello', 'Use a PNG, JPEG, GIF, WebP or SVG file.'],
    ['a page', '<html><svg></svg></html>', 'This is not an SVG drawing.'],
    ['half a picture', png(4, 4).subarray(0, 40), 'The picture is damaged.'],
    [
      'a wrong sum',
      Buffer.concat([png(4, 4).subarray(0, 30), Buffer.from([9]), png(4, 4).subarray(31)]),
      'The picture is damaged.',
    ],
    ['pixels that burst', png(4, 4, [], 90_000), 'The picture is damaged.'],
    ['2001 pixels', png(2_001, 1), 'The picture is 2001 × 1 pixels: 2000 a side at most.'],
    ['no pixels', png(0, 4), 'The picture is damaged.'],
    ['a photograph', Buffer.alloc(3 * 1024 * 1024), 'The file is too large: 512 KiB at most.'],
    ['too many bytes', Buffer.alloc(512 * 1024 + 1), 'The file is too large: 512 KiB at most.'],
    ['a cut JPEG', JPEG.subarray(0, 30), 'The picture is damaged.'],
    ['a cut GIF', GIF.subarray(0, 20), 'The picture is damaged.'],
    ['a cut WebP', webp().subarray(0, 30), 'The picture is damaged.'],
    [
      'a drawing with a script',
      SVG.replace('<path', '<script>alert(1)</script><path'),
      'The drawing holds &lt;script&gt;',
    ],
  ])('%s: refused beside the field', async (_what, bytes, reason) => {
    const answer = await upload('favicon', bytes);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    const beside = page.match(/<p class="error" id="picture-favicon-error"[^>]*>[\s\S]*?<\/p>/)?.[0] ?? '';
    expect(beside).toContain(reason);
    expect(await html()).not.toContain('assets/favicon');
  });

  test('both logos, a favicon, and each taken away again', async () => {
    for (const role of ['logo', 'logo_dark', 'favicon']) await upload(role, png(4, role.length));
    const page = await html();
    expect(page).toMatch(
      /<source srcset="\/s\/alice-shop\/assets\/logo_dark-\w{16}\.png" media="\(prefers-color-scheme: dark\)">/,
    );
    expect(page).toMatch(/<img src="\/s\/alice-shop\/assets\/logo-\w{16}\.png" alt="[^"]+">/);
    expect(page).toMatch(/<link rel="icon" href="\/s\/alice-shop\/assets\/favicon-\w{16}\.png">/);
    for (const role of ['logo', 'logo_dark', 'favicon']) {
      expect((await alice.browser.post(`${here}/look/${role}/remove`)).status).toBe(303);
    }
    expect(await html()).not.toContain('/assets/logo');
    expect((await alice.browser.post(`${here}/look/evil/remove`)).status).toBe(404);
    expect((await visit('/assets/logo-0123456789abcdef.png')).status).toBe(404);
  });
});

const LOOK = { theme: 'auto', show_uptime: 'true', show_history: 'true' };
const save = (form: Record<string, string>, person = alice) =>
  person.browser.post(`${here}/look`, { ...LOOK, ...form });
async function sheet(): Promise<string> {
  const file = await firstFile(/\/s\/alice-shop\/assets\/style-[0-9a-f]{16}\.css/);
  if (file === '') return '';
  const answer = await visit(file);
  expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8');
  return answer.text();
}

describe('colours, links and CSS', () => {
  test('a page that changed nothing has no sheet', async () => {
    expect(await sheet()).toBe('');
  });

  test('accents are on the page, and readable by day and by night', async () => {
    expect((await save({ accent: '#ffee00' })).status).toBe(303);
    const css = await sheet();
    expect(css).toContain('--accent-fill:#ffee00');
    expect(css).not.toContain('--accent-text:#ffee00;--accent-tint:#fffe');
    expect(css).toContain('--accent-on:#000000');
    const tab = await (await alice.browser.get(`${here}/look`)).text();
    expect(tab).toContain('#ffee00 is too pale to read on a light page, so words are written in #');
    expect(tab).toContain('#ffee00 can be read on a dark page.');
  });

  test('a theme that is forced holds whatever the screen says', async () => {
    await save({ theme: 'dark', accent: '#004488' });
    const css = await sheet();
    expect(css).toMatch(/^:root\{color-scheme:dark;--bg:#/);
    expect(css).not.toContain('@media');
    expect(await html()).toContain('<meta name="color-scheme" content="dark">');
  });

  test('links and texts are on the page, escaped; CSS is scoped', async () => {
    const form = {
      header_links: 'Home <b>page</b> https://example.com/?a=1&b=2\nMail mailto:help@example.com',
      footer_text: '© Acme <i>Ltd</i>',
      footer_links: 'Imprint https://example.com/imprint',
      css: 'h1 { color: red }',
    };
    expect((await save(form)).status).toBe(303);
    const page = await html();
    expect(page).toContain(
      '<a href="https://example.com/?a=1&amp;b=2" rel="noopener nofollow">Home &lt;b&gt;page&lt;/b&gt;</a>',
    );
    expect(page).toContain('© Acme &lt;i&gt;Ltd&lt;/i&gt;');
    expect(page).toContain('<body class="branded">');
    expect(await sheet()).toContain('.branded h1{color:red}');
    const tab = await (await alice.browser.get(`${here}/look`)).text();
    expect(tab).toContain('h1 { color: red }');
    expect(tab).toContain('Mail mailto:help@example.com');
  });

  test.each([
    ['accent', 'red', 'Write a colour as #1a73e8.'],
    ['theme', 'pink', 'must be one of'],
    ['header_links', 'Home https://example.com\nEvil javascript:alert(1)', 'Line 2: Write a whole address'],
    ['header_links', 'nowhere', 'Line 1: Write a whole address'],
    ['header_links', 'a https://a.example\n'.repeat(7), 'At most six links fit.'],
    ['footer_text', 'x'.repeat(301), 'Use at most 300 characters.'],
    ['css', 'h1 { position: fixed }', 'Line 1: “position” is not among the properties that can be set.'],
    ['frame_ancestors', "https://a.example; script-src 'unsafe-inline'", 'Line 1: Write each as https://example.com'],
    ['frame_ancestors', 'https://a.example/path', 'Line 1: Write each as'],
    ['frame_ancestors', '*', 'Line 1: Write each as'],
  ])('%s %j: refused beside the field, what was typed stays', async (field, text, reason) => {
    const answer = await save({ [field]: text, css: field === 'css' ? text : 'h2 { color: blue }' });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page.match(new RegExp(`id="f-${field}-error">[\\s\\S]*?</p>`))?.[0]).toContain(reason);
    expect(page).toContain(field === 'css' ? 'position: fixed' : 'h2 { color: blue }');
    expect(await sheet()).toBe('');
  });

  test('frames: only the sites that are named', async () => {
    expect((await visit()).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await save({ frame_ancestors: 'https://www.example.com/\nhttps://*.example.org' });
    const { headers } = await visit();
    expect(headers.get('content-security-policy')).toContain(
      'frame-ancestors https://www.example.com https://*.example.org',
    );
    expect(headers.get('x-frame-options')).toBeNull();
  });

  test('uptime and past can be left out', async () => {
    await save({ show_uptime: '', show_history: '' });
    expect((await visit('/history')).status).toBe(404);
    expect(await html()).not.toContain('id="past"');
  });
});

describe('the plan', () => {
  test('free: refused by name, drawn locked, and the rest can be changed (E65)', async () => {
    const free = await signUp(t, 'free@example.com', 'free-shop');
    here = `/status-pages/${await pageOf(free)}`;
    const refused = await upload('logo', png(4, 4), free);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('Own pictures are part of the Pro plan.');
    const api = await free.browser.json('PATCH', `/api${here}`, { appearance: { accent: '#112233' } });
    expect(api.status).toBe(403);
    expect(await api.text()).toContain('Own colours and CSS are part of the Pro plan.');
    const tab = await (await free.browser.get(`${here}/look`)).text();
    expect(tab).toMatch(/name="accent"[^>]*disabled/);
    expect(tab).toMatch(/name="file"[^>]*disabled/);
    expect((await save({ footer_text: 'Hello' }, free)).status).toBe(303);
    expect(await (await t.visitor().get('/s/free-shop')).text()).toContain('Hello');
  });

  test('pro and business show it, a downgrade hides it and loses nothing (E66, E67)', async () => {
    await save({ accent: '#112233', css: 'h1 { color: red }', footer_text: 'Hello' });
    await upload('logo', png(4, 4));
    const set = async (plan: string) => {
      await t.deps.db.write('arrange', (tx) =>
        tx.run(sql`update accounts set plan = ${plan} where id = ${alice.accountId}`),
      );
      t.deps.live.publish({ accountId: alice.accountId, type: 'settings', monitorIds: [] });
      return [
        (await sheet()).includes('#112233'),
        (await html()).includes('/assets/logo-'),
        (await html()).includes('Hello'),
      ];
    };
    expect(await set('business')).toEqual([true, true, true]);
    expect(await set('free')).toEqual([false, false, true]);
    expect((await save({ footer_text: 'Hello' })).status).toBe(303);
    expect(await set('pro')).toEqual([true, true, true]);
  });
});

test('by the API: the look as a whole, with faults by field', async () => {
  const look = { accent: '#112233', header_links: [{ label: 'Home', url: 'https://example.com' }], theme: 'light' };
  const answer = await alice.browser.json('PATCH', `/api${here}`, { appearance: look });
  expect([answer.status, ((await answer.json()) as { appearance: object }).appearance]).toEqual([200, look]);
  const wrong = await alice.browser.json('PATCH', `/api${here}`, { appearance: { css: 'a { top: 0 }' } });
  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toMatchObject({ errors: [{ field: 'appearance.css' }] });
  expect(
    ((await (await alice.browser.json('GET', `/api${here}`)).json()) as { appearance: object }).appearance,
  ).toEqual(look);
});
