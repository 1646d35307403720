// Apache with Debian's mod_auth_openidc in front of pages that know nothing of OpenID Connect, in a real Chromium: started
// with the very lines of docs/guide/relying-party/apache.md.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clientsOf, eventually, issuer, launch, signIn, town, visitor } from './support.js';

const [apache] = clientsOf('mod_auth_openidc');
const [citizen] = town.citizens;

describe('mod_auth_openidc', () => {
  let browser, page, forbidden;

  before(async () => {
    browser = await launch();
    ({ page, forbidden } = await visitor(browser));
  });
  after(() => browser?.close());

  test('lets a citizen in who signed in at the portal, and knows who it is', async () => {
    await page.goto(`${apache.origin}/protected/`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code', 'consent']);
    await page.waitForURL(`${apache.origin}/protected/`);
    const headers = (await page.reload()).headers();
    assert.ok(headers['x-subject'].length > 8);
    assert.equal(headers['x-remote-user'], headers['x-subject']);
    assert.equal(headers['x-email'], citizen.email);
    assert.match(headers['x-name'], / Kim Oanh$/, 'headers are not read as UTF-8 here');
  });

  test('signs out at the portal too', async () => {
    await page.goto(`${apache.redirect_uri}?logout=${encodeURIComponent(apache.post_logout_redirect_uri)}`);
    await page.waitForURL((url) => url.href.startsWith(apache.post_logout_redirect_uri));
    await page.goto(`${apache.origin}/protected/`);
    assert.equal(new URL(page.url()).origin, issuer, 'asked to sign in again');
    assert.equal(await page.locator('main').getAttribute('data-page'), 'sign-in');
    assert.deepEqual(forbidden, []);
  });

  // security: row 26
  test('ends its session when the portal says that the person left (back channel)', async () => {
    await page.goto(`${apache.origin}/protected/`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code']);
    await page.waitForURL(`${apache.origin}/protected/`);
    const headers = (await page.reload()).headers();
    assert.equal(headers['x-remote-user'], headers['x-subject'], 'signed in');

    const forged = await page.request.post(`${apache.redirect_uri}?logout=backchannel`, { form: { logout_token: 'a.b.c' } });
    assert.equal(forged.status(), 400, 'not everybody can end sessions');
    assert.equal((await page.reload()).url(), `${apache.origin}/protected/`);

    await page.goto(issuer);
    await page.locator('#sign-out').click();
    await eventually(async () => {
      await page.goto(`${apache.origin}/protected/`);
      return new URL(page.url()).origin === issuer;
    }, 'Apache asks to sign in again');
    assert.equal(await page.locator('main').getAttribute('data-page'), 'sign-in');
    assert.deepEqual(forbidden, []);
  });
});
