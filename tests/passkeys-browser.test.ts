import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from './support/app.ts';
import { codeAt } from './support/authenticator-app.ts';
import { AXE, launchBrowser } from './support/browser.ts';
import { PASSWORD, type Person, signUp } from './support/world.ts';

// Passkeys and two-step log-in in a real browser with the authenticator that browsers bring for tests.

let t: TestApp;
let browser: Browser;
const servers: ServerType[] = [];
let origin: string;
let elsewhere: string;
let turn = 0;
let alice: Person;

beforeAll(async () => {
  browser = await launchBrowser();
  // Passkeys are bound to the address the product is said to have, so the port comes first.
  origin = await listen();
  elsewhere = await listen();
  t = await testApp({ config: { baseUrl: origin } });
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  await t?.close();
});
beforeEach(async () => {
  turn += 1;
  alice = await signUp(t, `alice${turn}@example.com`, `alice-shop-${turn}`);
});

function listen(): Promise<string> {
  return new Promise((resolve) => {
    const server = serve({ fetch: (request, env) => t.app.fetch(request, env), port: 0, hostname: '127.0.0.1' }, () =>
      resolve(`http://localhost:${(server.address() as AddressInfo).port}`),
    );
    servers.push(server);
  });
}

interface Opened {
  context: BrowserContext;
  tab: Page;
  cdp: CDPSession;
  authenticatorId: string;
  faults: string[];
}

/** A tab of Alice's with an authenticator that knows her finger. */
async function open(): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  await context.addCookies([...alice.browser.cookies].map(([name, value]) => ({ name, value, url: origin })));
  const tab = await context.newPage();
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(error.message));
  const cdp = await context.newCDPSession(tab);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { context, tab, cdp, authenticatorId, faults };
}

async function register(tab: Page, name = 'My phone'): Promise<void> {
  await tab.goto(`${origin}/settings/security`);
  await tab.getByLabel('Name of a new passkey').fill(name);
  await tab.getByRole('button', { name: 'Add a passkey' }).click();
  await tab.getByText(`The passkey "${name}" is registered.`).waitFor();
}

async function logOut(context: BrowserContext): Promise<void> {
  await context.clearCookies();
}

const enter = (tab: Page) => tab.getByRole('button', { name: 'Log in with a passkey' });

describe('a passkey', () => {
  test('is made with a name and logs in without an address, by keyboard alone', async () => {
    const { context, tab, cdp, authenticatorId, faults } = await open();
    await register(tab);
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
    await logOut(context);
    await tab.goto(`${origin}/login?next=/channels`);
    await enter(tab).focus();
    await tab.keyboard.press('Enter');
    await tab.waitForURL(`${origin}/channels`);
    await tab.goto(`${origin}/settings/profile`);
    expect(await tab.content()).toContain(alice.email);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('is refused on another origin of the same host', async () => {
    const { context, tab } = await open();
    await register(tab);
    await logOut(context);
    await tab.goto(`${elsewhere}/login`);
    const answered = tab.waitForResponse(`${elsewhere}/auth/passkeys/login`);
    await enter(tab).click();
    expect((await answered).status()).toBe(401);
    await tab.getByRole('alert').getByText('The passkey was not taken.').waitFor();
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('sp_session');
    await context.close();
  });

  test('opens nothing a second time with what it sent the first time', async () => {
    const { context, tab } = await open();
    await register(tab);
    await logOut(context);
    await tab.goto(`${origin}/login`);
    const sent = tab.waitForRequest(`${origin}/auth/passkeys/login`);
    await enter(tab).click();
    const body = (await sent).postData() ?? '';
    await tab.waitForURL(`${origin}/dashboard`);
    await logOut(context);
    await tab.goto(`${origin}/login`);
    const status = await tab.evaluate<number, string>(
      (text) =>
        fetch('/auth/passkeys/login', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: text,
        }).then((answer) => answer.status),
      body,
    );
    expect(status).toBe(401);
    await context.close();
  });

  test('that was removed here is refused, though the device still offers it', async () => {
    const { context, tab } = await open();
    await register(tab);
    await tab.getByRole('link', { name: 'Change My phone' }).click();
    await tab.getByRole('button', { name: 'Remove passkey' }).click();
    await tab.getByText('The passkey is removed').waitFor();
    await logOut(context);
    await tab.goto(`${origin}/login`);
    await enter(tab).click();
    await tab.getByRole('alert').getByText('The passkey was not taken.').waitFor();
    // The page works on: the password is still a way in.
    await tab.getByLabel('E-mail').fill(alice.email);
    await tab.getByLabel('Password').fill(PASSWORD);
    await tab.getByRole('button', { name: 'Log in', exact: true }).click();
    await tab.waitForURL(`${origin}/dashboard`);
    await context.close();
  });

  test('whose owner is not recognised logs nobody in', async () => {
    const { context, tab, cdp, authenticatorId } = await open();
    await register(tab);
    await logOut(context);
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await tab.goto(`${origin}/login`);
    await enter(tab).click();
    await tab.getByRole('alert').getByText('The passkey was not taken.').waitFor();
    expect(new URL(tab.url()).pathname).toBe('/login');
    await context.close();
  });
});

test('two-step log-in is set up and used without scripts, where no passkey is offered', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const tab = await context.newPage();
  const byPassword = async () => {
    await tab.goto(`${origin}/login`);
    expect(await enter(tab).isVisible()).toBe(false);
    await tab.getByLabel('E-mail').fill(alice.email);
    await tab.getByLabel('Password').fill(PASSWORD);
    await tab.getByRole('button', { name: 'Log in', exact: true }).click();
  };
  await byPassword();
  await tab.goto(`${origin}/settings/security`);
  expect(await tab.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(false);
  await tab.getByLabel('Your password').fill(PASSWORD);
  await tab.getByRole('button', { name: 'Set up' }).click();
  const secret = (await tab.locator('.code code').textContent()) ?? '';
  expect(await tab.getByRole('img', { name: 'The secret as a picture' }).isVisible()).toBe(true);
  await tab.getByLabel('Code from the app').fill(codeAt(secret, t.clock.now()));
  await tab.getByRole('button', { name: 'Switch on' }).click();
  expect(
    await tab
      .getByRole('listitem')
      .filter({ hasText: /^\s*(\w{4}-){3}\w{4}\s*$/ })
      .count(),
  ).toBe(10);

  t.clock.advance(30_000);
  await context.clearCookies();
  await byPassword();
  expect(new URL(tab.url()).pathname).toBe('/login/code');
  await tab.getByLabel('Code', { exact: true }).fill(codeAt(secret, t.clock.now()));
  await tab.getByRole('button', { name: 'Log in', exact: true }).click();
  expect(new URL(tab.url()).pathname).toBe('/dashboard');
  await context.close();
});

test('the pages have no faults that axe finds, light and dark, and fit 360 px', async () => {
  const { context, tab } = await open();
  await register(tab);
  const own = tab.getByRole('link', { name: 'Change My phone' });
  const key = (await own.getAttribute('href')) ?? '';
  await tab.getByLabel('Your password').first().fill(PASSWORD);
  await tab.getByRole('button', { name: 'Set up' }).click();
  await tab.waitForURL(`${origin}/settings/security/totp`);
  const pages = [
    '/settings/security',
    '/settings/security/totp',
    '/settings/security/totp/off',
    key,
    '/settings/profile',
  ];
  for (const path of pages) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize({ width: 360, height: 740 });
      await tab.goto(`${origin}${path}`);
      expect(await tab.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
      await tab.evaluate(AXE);
      const found = await tab.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join(' ')))`,
      );
      expect(found, `${path} ${colorScheme}`).toEqual([]);
    }
  }
  await context.close();
});
