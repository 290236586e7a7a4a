import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGE_TAG, LANGUAGES, type Language } from '../../src/core/language.ts';
import { en } from '../../src/core/words/entry/en.ts';
import { entryWords, translated } from '../../src/core/words/entry/index.ts';
import { MINUTE } from '../../src/core/time.ts';
import { testApp, type TestApp, type Visitor } from '../support/app.ts';
import { withTotp, wrongCodeAt } from '../support/authenticator-app.ts';
import { ENGLISH } from '../support/english.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

let t: TestApp;
let secret: string;
let alice: Person;

beforeAll(async () => {
  t = await testApp();
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
  ({ secret } = await withTotp(t, await signUp(t, 'carol@example.com', 'carol-shop')));
});
afterAll(() => t.close());

/** What a person reads on a page, without what they typed and what is an example. */
function read(page: string): string {
  return page
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/\S+@\S+|https?:\S+|\/s\/|"[\w-]+"/g, ' ');
}

const OTHERS = /\b(password|account|address|choose|give|letters|digits|characters|works?|here|wrong|again|too)\b/gi;
const english = (page: string) => [...(read(page).match(ENGLISH) ?? []), ...(read(page).match(OTHERS) ?? [])];

describe.each(LANGUAGES)('before the log-in, in %s', (language) => {
  const own = { 'accept-language': language };

  async function expectSpoken(answer: Response, status: number): Promise<string> {
    expect(answer.status).toBe(status);
    const page = await answer.text();
    expect(page).toContain(`<html lang="${LANGUAGE_TAG[language]}">`);
    expect(page).not.toMatch(/undefined|\[object/);
    expect(answer.headers.get('vary') ?? '').toMatch(/accept-language/i);
    if (language === 'en') expect(english(page)).not.toEqual([]);
    else expect(english(page)).toEqual([]);
    return page;
  }

  test.each(['/login', '/signup', '/reset'])('%s', async (path) => {
    await expectSpoken(await t.visitor().get(path, own), 200);
  });

  test('links that do not work any more', async () => {
    await expectSpoken(await t.visitor().get('/reset/gone', own), 404);
    await expectSpoken(await t.visitor().get('/verify/gone', own), 404);
    await expectSpoken(await t.visitor().post('/reset/gone', { password: PASSWORD }, own), 409);
    await expectSpoken(await t.visitor().post('/verify/gone', {}, own), 409);
  });

  test('a wrong password, and one try too many', async () => {
    const visitor = t.visitor({ ip: `203.0.113.${LANGUAGES.indexOf(language) + 1}` });
    const email = `${language}@example.com`;
    const page = await expectSpoken(await visitor.post('/auth/login', { email, password: 'not this' }, own), 422);
    expect(page).toContain(entryWords(language).sentences['The address or the password is wrong.']);
    let last: Response | null = null;
    for (let i = 0; i < 11; i++) last = await visitor.post('/auth/login', { email, password: 'not this' }, own);
    await expectSpoken(last as Response, 429);
  });

  test('the second step', async () => {
    t.clock.advance(10 * MINUTE);
    const phone = t.visitor({ ip: `203.0.113.${LANGUAGES.indexOf(language) + 201}` });
    await phone.post('/auth/login', { email: 'carol@example.com', password: PASSWORD });
    await expectSpoken(await phone.get('/login/code', own), 200);
    await expectSpoken(await phone.post('/auth/code', { code: '' }, own), 422);
    const wrong = wrongCodeAt(secret, t.clock.now());
    const page = await expectSpoken(await phone.post('/auth/code', { code: wrong }, own), 422);
    expect(page).toContain(entryWords(language).sentences['That code is wrong, too old or was used before.']);
    t.clock.advance(10 * MINUTE);
    expect((await phone.post('/auth/code', { code: wrong }, own)).status).toBe(303);
    const back = await expectSpoken(await phone.get('/login', own), 200);
    expect(back).toContain(entryWords(language).code.late);
  });

  test('a sign-up with every fault', async () => {
    const join = (visitor: Visitor, form: Record<string, string>) => visitor.post('/auth/signup', form, own);
    const visitor = t.visitor({ ip: `203.0.113.${LANGUAGES.indexOf(language) + 101}` });
    await expectSpoken(await join(visitor, { email: 'nobody', password: 'short', slug: 'a--b' }), 422);
    await expectSpoken(await join(visitor, { email: '', password: '', slug: '' }), 422);
    await expectSpoken(await join(visitor, { email: 'a@example.org', password: 'é'.repeat(60), slug: 'login' }), 422);
    const taken = { email: 'alice@example.com', password: PASSWORD, slug: 'alice-shop' };
    const page = await expectSpoken(await join(visitor, taken), 422);
    expect(page).toContain('alice-shop');
  });
});

/** Path of the link in the newest invitation to an address. */
async function invite(email: string, role = 'viewer'): Promise<string> {
  expect((await alice.browser.json('POST', '/api/members', { email, role })).status).toBe(201);
  const mails = (await t.accountMails(email)).filter(({ event }) => event === 'invite');
  return new URL(mails.at(-1)?.data.link ?? 'http://none.invalid/').pathname;
}

describe.each(LANGUAGES)('between accounts, in %s', (language) => {
  const own = { 'accept-language': language };
  const w = entryWords(language);

  /** What is said, without names: those are of no language. */
  async function spoken(answer: Response, status: number, names: string[]): Promise<string> {
    expect(answer.status).toBe(status);
    const page = await answer.text();
    expect(page).not.toMatch(/undefined|\[object/);
    const whole = names.reduce((text, name) => text.replaceAll(name, ''), page);
    if (language === 'en') expect(english(whole)).not.toEqual([]);
    else expect(english(whole)).toEqual([]);
    return page;
  }

  test.each(['admin', 'member', 'viewer'] as const)(
    'an invitation as %s to somebody without a log-in',
    async (role) => {
      const email = `new-${language}-${role}@example.org`;
      const link = await invite(email, role);
      const page = await spoken(await t.visitor().get(link, own), 200, ['alice-shop']);
      expect(page).toContain(`<html lang="${LANGUAGE_TAG[language]}">`);
      expect(page).toContain(w.invite.asked[role](alice.email));
      expect(page).toContain(w.invite.yours(email));
      await spoken(await t.visitor().post(link, { name: '', password: 'short' }, own), 422, ['alice-shop']);
      expect(await (await t.visitor().get(`${link}?lang=${language}`)).text()).toContain(
        `action="${link}?lang=${language}"`,
      );
    },
  );

  test('an invitation to a log-in, opened by somebody else, and one that has ended', async () => {
    const dora = await signUp(t, `dora-${language}@example.com`, `dora-${language}`);
    const link = await invite(dora.email);
    const page = await spoken(await t.visitor().get(`${link}?lang=${language}`), 200, ['alice-shop']);
    const onward = new URLSearchParams({ next: `${link}?lang=${language}`, lang: language });
    expect(page).toContain(`href="/login?${onward.toString().replaceAll('&', '&amp;')}"`);
    const known = await t.visitor().post(link, { password: PASSWORD }, own);
    expect(await spoken(known, 409, ['alice-shop'])).toContain(dora.email);
    const mine = await spoken(await dora.browser.get(link, own), 200, ['alice-shop']);
    expect(mine).toContain(w.invite.loggedInAs(dora.email));
    const theirs = await spoken(await alice.browser.get(link, own), 200, ['alice-shop']);
    expect(theirs).toContain(w.invite.forAnother(dora.email, alice.email));
    const refused = await spoken(await alice.browser.post(link, {}, own), 403, ['alice-shop']);
    expect(refused).toContain(w.sentences['This invitation is for #.'].replace('#', dora.email));
    await spoken(await t.visitor().get('/invite/gone', own), 404, []);
    await spoken(await t.visitor().post('/invite/gone', { password: PASSWORD }, own), 409, []);
  });

  test('no account left, and a new one with every fault', async () => {
    const erik = await addMember(t, alice, `erik-${language}@example.com`, 'member');
    await alice.browser.json('DELETE', `/api/members/${erik.userId}`);
    const browser = t.visitor();
    const entered = await browser.post(`/auth/login?lang=${language}`, { email: erik.email, password: PASSWORD });
    expect(entered.headers.get('location')).toBe(`/no-account?lang=${language}`);
    const page = await spoken(await browser.get('/no-account', own), 200, []);
    expect(page).toContain(w.accounts.noneLead(erik.email));
    const page422 = await spoken(await browser.post('/no-account', { name: ' ', slug: 'x-y-z' }, own), 422, []);
    expect(page422).toContain(w.sentences['Give the account a name.']);
    await spoken(await browser.post('/no-account', { name: 'Erik', slug: 'alice-shop' }, own), 422, [
      'alice-shop',
      'Erik',
    ]);
    await spoken(await browser.post('/no-account', {}, own), 422, []);
  });

  test('the list of one’s accounts speaks as the frame around it does', async () => {
    const page = await (await alice.browser.get('/accounts', own)).text();
    expect(page).toContain(entryWords('en').accounts.lead);
    const refused = await alice.browser.post('/accounts', { name: '', slug: 'a--b' }, own);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('Give the account a name.');
  });
});

describe('the catalogue before the log-in', () => {
  test.each(LANGUAGES.filter((one) => one !== 'en'))('%s says nothing in English, and puts in as much', (language) => {
    const sentences = Object.entries(entryWords(language).sentences);
    for (const [english_, own] of sentences) {
      expect(own).not.toBe(english_);
      expect(own.match(/#/g)?.length ?? 0, english_).toBe(english_.match(/#/g)?.length ?? 0);
    }
    expect(sentences.map(([key]) => key)).toEqual(Object.keys(en.sentences));
  });

  test('every sentence is one that the product says', () => {
    const sources = ['users/auth.ts', 'users/actions.ts', 'users/login-actions.ts', 'users/password-actions.ts']
      .concat([
        'users/address-actions.ts',
        'users/second-step.ts',
        'users/tenant.ts',
        'users/account-actions.ts',
        'users/account-input.ts',
        'users/account-pages.ts',
        'users/join-actions.ts',
        'core/errors.ts',
        'core/password.ts',
        'core/slug.ts',
        'web/forms.ts',
      ])
      .map((file) => readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8'))
      .join('\n')
      .replace(/\$\{[^}]*\}|\b\d+\b/g, '#');
    expect(Object.keys(en.sentences).filter((sentence) => !sources.includes(sentence))).toEqual([]);
  });

  test('sentences are found with what was put in, alone and one after another', () => {
    expect(translated('Use at least 8 characters.', 'de')).toBe('Verwenden Sie mindestens 8 Zeichen.');
    expect(translated('"login" is reserved. "login-2" is free.', 'fr')).toBe(
      '« login » est réservée. « login-2 » est libre.',
    );
    expect(translated('"$&" is taken.', 'ja')).toBe('「$&」はすでに使われています。');
    expect(translated('Nobody knows this one.', 'de')).toBe('Nobody knows this one.');
  });

  test('a language chosen by hand goes along into forms and links', async () => {
    const page = await (await t.visitor().get('/login?lang=ja&next=/s/acme', { 'accept-language': 'de' })).text();
    expect(page).toContain('<html lang="ja">');
    expect(page).toContain('action="/auth/login?lang=ja"');
    expect(page).toContain('href="/signup?lang=ja"');
    expect(page).toContain('href="?lang=fr&amp;next=%2Fs%2Facme"');
    const again = await t.visitor().post('/auth/login?lang=ja', { email: 'x@example.com', password: 'wrong' });
    expect(await again.text()).toContain('<html lang="ja">');
    const language: Language = 'ja';
    expect(page).toContain(entryWords(language).logIn.forgot);
  });
});
