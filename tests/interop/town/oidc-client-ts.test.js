// oidc-client-ts as a single-page application uses it: a public client in a real Chromium, on another site, with PKCE.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clientsOf, html, issuer, launch, serve, signIn, town, visitor } from './support.js';

const [spa] = clientsOf('oidc-client-ts');
const [citizen] = town.citizens;
const LIBRARY = readFileSync(join(dirname(createRequire(import.meta.url).resolve('oidc-client-ts')), '../browser/oidc-client-ts.min.js'));

// The page of the application. Nothing in it is bent to our provider: authority, client, addresses, scopes.
const PAGE = `<title>SPA</title><h1 id="who">nobody</h1><script src="/oidc-client-ts.js"></script><script>
  window.manager = new oidc.UserManager({
    authority: ${JSON.stringify(issuer)}, client_id: ${JSON.stringify(spa.client_id)},
    redirect_uri: ${JSON.stringify(spa.redirect_uri)}, post_logout_redirect_uri: ${JSON.stringify(spa.post_logout_redirect_uri)},
    response_type: 'code', scope: 'openid profile email offline_access', loadUserInfo: true,
  });
</script>`;

// What the page in a frame answers.
const ask = (page, state) => page.evaluate(async ([origin, question]) => {
  const frame = Object.assign(document.createElement('iframe'), { src: `${origin}/session/check` });
  await new Promise((done) => { frame.onload = done; document.body.append(frame); });
  const answer = new Promise((done) => addEventListener('message', ({ data, source }) => source === frame.contentWindow && done(data)));
  frame.contentWindow.postMessage(question, origin);
  return Promise.race([answer, new Promise((done) => setTimeout(done, 5000, 'nothing'))]);
}, [issuer, `${spa.client_id} ${state}`]);

// The answer to a silent request in a frame.
function silently(page) {
  const asked = new URL(`${issuer}/authorize`);
  for (const [name, value] of Object.entries({
    client_id: spa.client_id, redirect_uri: spa.redirect_uri, response_type: 'code', scope: 'openid', state: 'framed', nonce: 'n',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', prompt: 'none',
  })) asked.searchParams.set(name, value);
  return page.evaluate(async (src) => {
    const frame = Object.assign(document.createElement('iframe'), { src });
    await new Promise((done) => { frame.onload = done; document.body.append(frame); });
    return frame.contentWindow.location.search;
  }, asked.href);
}

describe('oidc-client-ts', () => {
  let browser, server, page, forbidden;

  before(async () => {
    browser = await launch();
    server = await serve(spa, ({ url }, response) => {
      if (url.pathname === '/oidc-client-ts.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(LIBRARY);
      return html(response, PAGE);
    });
    ({ page, forbidden } = await visitor(browser));
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('signs a citizen in and fetches tokens and userinfo across origins', async () => {
    await page.goto(spa.origin);
    await page.evaluate(() => void window.manager.signinRedirect());
    await page.waitForURL(`${issuer}/**`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code', 'consent']);
    await page.waitForURL(`${spa.redirect_uri}?**`);
    const user = await page.evaluate(async () => {
      const { profile, access_token, refresh_token, scope, session_state } = await window.manager.signinRedirectCallback();
      window.session_state = session_state;
      return { profile, access_token, refresh_token, scope };
    });
    assert.equal(user.profile.iss, issuer);
    assert.equal(user.profile.preferred_username, citizen.username, 'from userinfo');
    assert.ok(user.access_token && user.refresh_token);
    assert.match(user.scope, /offline_access/);
  });

  test('refreshes without a frame', async () => {
    const [before, fresh] = await page.evaluate(async () => {
      const old = await window.manager.getUser();
      const user = await window.manager.signinSilent();
      return [old, user].map((one) => ({ access: one.access_token, refresh: one.refresh_token, sub: one.profile.sub }));
    });
    assert.notEqual(fresh.access, before.access);
    assert.notEqual(fresh.refresh, before.refresh);
    assert.equal(fresh.sub, before.sub);
  });

  // Chromium 156 keeps the cookies of frames of other sites back, as Safari and Firefox do. Then nothing can be told, and so it
  // is said: “changed” would make the application end the session of somebody who is there.
  test('hears from another site that nothing can be told, never that somebody left who did not', async () => {
    const state = await page.evaluate(() => window.session_state);
    assert.equal(await ask(page, state), 'error');
    assert.match(await silently(page), /error=login_required/);
    assert.equal(await ask(page, state), 'error');
    const [kept] = (await page.context().cookies(issuer)).filter(({ name }) => name.endsWith('-s'));
    assert.deepEqual([kept.sameSite, kept.secure, kept.httpOnly], ['None', true, false]);
    assert.notEqual(kept.value, 'signed-out', 'and the silent request in the frame took nothing for signed out');
  });

  test('signs out and comes back', async () => {
    await page.evaluate(() => void window.manager.signoutRedirect());
    await page.waitForURL((url) => url.href.startsWith(spa.post_logout_redirect_uri));
    const gone = await page.evaluate(async () => (await window.manager.signoutRedirectCallback(), window.manager.getUser()));
    assert.equal(gone, null);
    await page.evaluate(() => void window.manager.signinRedirect({ prompt: 'none' }));
    await page.waitForURL(`${spa.redirect_uri}?**`);
    assert.match(page.url(), /error=login_required/);
    assert.deepEqual(forbidden, []);
  });
});
