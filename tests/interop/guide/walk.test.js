// The services of the guide's pages, written from the pages' own lines, in a real Chromium: a citizen signs in, is told by
// the service who that is, and signs out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { issuer, launch, signIn, town, visitor } from '../town/support.js';

const [citizen] = town.citizens;
const { services, desktop } = town.guide;
const PATIENCE_MS = 20_000;

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// The page that only who signed in may see: what the service knows of the person, as JSON.
async function me(page, { origin }) {
  await page.goto(`${origin}/me`);
  return page.url() === `${origin}/me` ? JSON.parse(await page.locator('body').innerText()) : undefined;
}

async function isAskedToSignIn(page, service) {
  assert.equal(await me(page, service), undefined);
  assert.equal(new URL(page.url()).origin, issuer);
  assert.equal(await page.locator('main').getAttribute('data-page'), 'sign-in');
}

for (const service of services) {
  describe(service.page, () => {
    let page, context, forbidden;
    before(async () => { ({ page, context, forbidden } = await visitor(browser)); });
    after(() => context?.close());

    test('signs a citizen in and knows who it is', async () => {
      await isAskedToSignIn(page, service);
      assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code', 'consent']);
      await page.waitForURL(`${service.origin}/me`);
      const person = await me(page, service);
      assert.equal(person.name, citizen.name);
      assert.ok(person.sub.length > 8);
      assert.equal(person.email, citizen.email);
      const [{ value }] = await sessionCookies(context, service);
      assert.ok(value);
    });

    test('gives nobody a session who did not begin here', async () => {
      const { page: other, context: stranger } = await visitor(browser);
      await other.goto(`${service.origin}/callback?code=made-up&state=made-up&iss=${encodeURIComponent(issuer)}`);
      await isAskedToSignIn(other, service);
      await stranger.close();
    });

    test('signs out, here and at the portal', async () => {
      const before = await sessionCookies(context, service);
      await page.goto(`${service.origin}/`);
      await page.locator('form button').click();
      await page.waitForURL((url) => url.origin === service.origin && url.pathname === '/');
      await isAskedToSignIn(page, service);
      // The session is over, not only its cookie. (Flask has none but the cookie.)
      if (service.page !== 'python.md') {
        await context.clearCookies();
        await context.addCookies(before);
        await isAskedToSignIn(page, service);
      }
      assert.deepEqual(forbidden, []);
    });
  });
}

describe('back-channel logout of node.md', () => {
  const service = services.find((one) => one.page === 'node.md');

  test('ends the session when the person leaves at the portal', async () => {
    const { page, context } = await visitor(browser);
    await page.goto(`${service.origin}/me`);
    await signIn(page, citizen);
    await page.waitForURL(`${service.origin}/me`);
    await page.goto(`${issuer}/sign-out`);
    await page.locator('#confirm').click();
    await page.waitForLoadState('load');
    const deadline = Date.now() + PATIENCE_MS;
    while (await me(page, service)) {
      assert.ok(Date.now() < deadline, 'the service still knows the person');
      await page.waitForTimeout(100);
    }
    await isAskedToSignIn(page, service);
    await context.close();
  });

  test('refuses what is forged for good, and has it sent again when the key is not known yet', async () => {
    const { jwks_uri: uri } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    const { kid } = (await (await fetch(uri)).json()).keys.find(({ alg }) => alg === 'ES256');
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = (header) => `${part({ alg: 'ES256', typ: 'logout+jwt', ...header })}.${part({})}.${'A'.repeat(86)}`;
    for (const [logout_token, status] of [['e30.e30.e30', 400], [token({ kid }), 400], [token({ kid: 'of-tomorrow' }), 503]]) {
      const answer = await fetch(`${service.origin}/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token }) });
      assert.equal(answer.status, status, logout_token);
    }
  });
});

describe('native.md', () => {
  test('the desktop app signs in through the system’s browser, refreshes, and gives everything back', async () => {
    // What the app starts as the system's browser only notes the address; the person's browser is Chromium.
    const [opened, opener] = [join(desktop.folder, 'opened'), join(desktop.folder, 'xdg-open')];
    writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`);
    chmodSync(opener, 0o755);
    const app = spawn('bash', ['-euc', desktop.command], {
      cwd: desktop.folder, env: { ...process.env, PATH: `${desktop.folder}${delimiter}${process.env.PATH}` },
    });
    let printed = '';
    for (const stream of [app.stdout, app.stderr]) stream.on('data', (data) => { printed += data; });
    const ended = new Promise((done) => app.once('close', done));
    try {
      const deadline = Date.now() + PATIENCE_MS;
      while (!existsSync(opened)) {
        assert.ok(Date.now() < deadline && app.exitCode === null, `no browser was opened: ${printed}`);
        await new Promise((done) => setTimeout(done, 50));
      }
      const { page, context } = await visitor(browser);
      await page.goto(readFileSync(opened, 'utf8'));
      assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code', 'consent']);
      await page.getByText('Back to the app').waitFor();
      assert.equal(await ended, 0, printed);
      const [, name, sub, again] = /^signed in: (.+), (\S+)\nrefreshed: (\S+)\nsigned out\n$/.exec(printed) ?? assert.fail(printed);
      assert.equal(name, citizen.name);
      assert.equal(sub, again);
      await context.close();
    } finally {
      app.kill();
    }
  });
});

async function sessionCookies(context, service) {
  return (await context.cookies(service.origin)).filter(({ name }) => name === '__Host-service');
}
