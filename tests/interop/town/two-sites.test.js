// What only a real browser on different sites can show (decisions 15 to 17): cookies, posts from elsewhere, and where a
// form may lead. The portal is https://localhost, the services are https://127.0.0.1 and https://127.0.0.2.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { clientNamed, html, issuer, launch, redirect, serve, signIn, town, visitor } from './support.js';

const [, citizen] = town.citizens;
const forwarding = clientNamed('forwarding');
const posting = clientNamed('posting');

let browser, visit, servers;
// What arrived at the services, as "METHOD path?query".
let arrived = [];

const verifier = randomBytes(32).toString('hex');
const request = (client, extra = {}) => ({
  response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uri, scope: 'openid profile',
  state: randomBytes(8).toString('hex'), nonce: randomBytes(8).toString('hex'),
  code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...extra,
});
const byLink = (client, extra) => `${issuer}/authorize?${new URLSearchParams(request(client, extra))}`;
const hiddenFields = (fields) => Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('');

before(async () => {
  browser = await launch();
  servers = [
    // Its redirect URI and its address after sign-out send people on, to yet another site.
    await serve(forwarding, ({ request: { method }, url }, response) => {
      arrived.push(`${method} ${url.pathname}${url.search}`);
      return redirect(response, `${posting.origin}/home?from=${url.pathname.slice(1)}`);
    }),
    await serve(posting, ({ request: { method }, url, fields }, response) => {
      if (url.pathname !== '/favicon.ico') arrived.push(`${method} ${url.pathname}${url.search}${fields.size ? ` ${fields}` : ''}`);
      if (url.pathname !== '/begin') return html(response, `<h1>${url.pathname.slice(1) || 'home'}</h1>`);
      return html(response, `<form method="post" action="${issuer}${url.searchParams.get('to')}">${hiddenFields(this_request(url))}</form><script>document.forms[0].submit()</script>`);
    }),
  ];
});
after(async () => {
  await browser?.close();
  for (const server of servers ?? []) await server.stop();
});
beforeEach(async () => {
  arrived = [];
  visit = await visitor(browser);
});
afterEach(() => visit.context.close());

// The ID token for the code in an address.
async function redeemed(address, client) {
  const code = new URL(address, client.origin).searchParams.get('code');
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: client.redirect_uri, code_verifier: verifier }),
  });
  return (await answer.json()).id_token;
}

// The fields that the service's page posts to the portal.
function this_request(url) {
  return url.searchParams.get('to') === '/authorize' ? request(posting) : { client_id: posting.client_id, post_logout_redirect_uri: posting.post_logout_redirect_uri };
}

async function signedIn(page) {
  await page.goto(`${issuer}/sign-in`);
  await signInHere(page);
}

// Signs in at the portal itself: ends at home, which is still the portal.
async function signInHere(page) {
  await signIn(page, citizen).catch((error) => {
    if (!/unexpected page after sign-in → code → home/.test(error.message)) throw error;
  });
  assert.equal(await page.locator('main').getAttribute('data-page'), 'home');
}

describe('cookies', () => {
  // security: row 10
  test('belong to the host and to TLS, all but one to no script, and other sites do not send them with a form', async () => {
    await signedIn(visit.page);
    const cookies = await visit.context.cookies(issuer);
    assert.ok(cookies.length >= 2);
    for (const { name, secure, httpOnly, sameSite, path, domain } of cookies) {
      assert.match(name, /^__Host-pid-[0-9a-f]{8}/);
      // One is there for a script in a frame, and worth nothing (decisions 18).
      const own = name.endsWith('-s') ? { httpOnly: false, sameSite: 'None' } : { httpOnly: true, sameSite: 'Lax' };
      assert.deepEqual({ name, secure, httpOnly, sameSite, path, domain }, { name, secure: true, ...own, path: '/', domain: 'localhost' });
    }
    assert.match(await visit.page.evaluate(() => document.cookie), /^__Host-pid-[0-9a-f]{8}-s=[\w-]{43}$/);
  });
});

describe('a request posted by another site', () => {
  test('finds the person signed in, although the browser holds the cookies back from the post', async () => {
    const { page } = visit;
    await signedIn(page);
    await page.goto(`${posting.origin}/begin?to=/authorize`);
    // The first time there is a consent to give, in the session that the post did not show.
    const seen = await signIn(page, citizen);
    assert.ok(seen.length === 0 || seen.join() === 'consent', seen.join());
    await page.waitForURL(`${posting.redirect_uri}?**`);
    assert.match(page.url(), /[?&]code=/);
    await page.goto(`${posting.origin}/begin?to=/authorize`);
    await page.waitForURL(`${posting.redirect_uri}?**`);
    assert.match(page.url(), /[?&]code=/, 'and the second time without a question');
  });

  test('leads a stranger through the sign-in and back', async () => {
    const { page, forbidden } = visit;
    await page.goto(`${posting.origin}/begin?to=/authorize`);
    const seen = await signIn(page, citizen);
    assert.deepEqual(seen.slice(0, 2), ['sign-in', 'code']);
    await page.waitForURL(`${posting.redirect_uri}?**`);
    assert.deepEqual(forbidden, []);
  });

  // security: row 35
  test('does not sign anybody out without asking', async () => {
    const { page } = visit;
    await signedIn(page);
    await page.goto(`${posting.origin}/begin?to=/sign-out`);
    await page.waitForURL(`${issuer}/sign-out?**`);
    assert.equal(await page.locator('main').getAttribute('data-page'), 'sign-out');
    await page.goto(issuer);
    assert.equal(await page.locator('main').getAttribute('data-page'), 'home');
  });
});

describe('a redirect URI that redirects again, to another site', () => {
  test('is reached after password, code and consent, and so is what follows it', async () => {
    const { page, forbidden } = visit;
    await page.goto(byLink(forwarding));
    const seen = await signIn(page, citizen);
    await page.waitForURL(`${posting.origin}/home?**`);
    assert.deepEqual(seen, ['sign-in', 'code', 'consent']);
    assert.match(arrived[0], /^GET \/callback\?code=/);
    assert.equal(arrived[1], 'GET /home?from=callback');
    assert.deepEqual(forbidden, [], 'Chromium held nothing against the policy of our forms');
    // Once more, the consent remembered: the code's form is what comes before the answer.
    await visit.context.clearCookies();
    await page.goto(byLink(forwarding));
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code']);
    await page.waitForURL(`${posting.origin}/home?**`);
    assert.deepEqual(forbidden, []);
  });

  test('is reached after a refusal', async () => {
    const { page, forbidden } = visit;
    await page.goto(byLink(forwarding, { prompt: 'consent' }));
    await signIn(page, citizen, { decision: 'deny' });
    await page.waitForURL(`${posting.origin}/home?**`);
    assert.match(arrived[0], /^GET \/callback\?error=access_denied/);
    assert.deepEqual(forbidden, []);
  });

  test('is reached after the question whether to leave', async () => {
    const { page, context, forbidden } = visit;
    await page.goto(byLink(forwarding));
    await signIn(page, citizen);
    await page.waitForURL(`${posting.origin}/home?**`);
    const hint = await redeemed(arrived[0].split(' ')[1], forwarding);
    // In a later session the hint of the earlier one is reason to ask.
    await context.clearCookies();
    await signedIn(page);
    arrived = [];
    const leave = { id_token_hint: hint, post_logout_redirect_uri: forwarding.post_logout_redirect_uri };
    await page.goto(`${issuer}/sign-out?${new URLSearchParams(leave)}`);
    await page.locator('#confirm').click();
    await page.waitForURL(`${posting.origin}/home?**`);
    assert.deepEqual(arrived, ['GET /signed-out', 'GET /home?from=signed-out']);
    assert.deepEqual(forbidden, []);
  });

  test('does not lie in the history: back leads to the portal, not to the used answer', async () => {
    const { page } = visit;
    await page.goto(byLink(forwarding));
    await signIn(page, citizen);
    await page.waitForURL(`${posting.origin}/home?**`);
    await page.goBack().catch(() => {});
    assert.doesNotMatch(page.url(), /code=/);
  });
});

describe('an answer that is posted (form_post)', () => {
  test('arrives at the service from the portal’s site', async () => {
    const { page, forbidden } = visit;
    await page.goto(byLink(posting, { response_mode: 'form_post' }));
    await signIn(page, citizen);
    await page.waitForURL(posting.redirect_uri);
    const answer = arrived.find((line) => line.startsWith('POST /callback'));
    assert.match(answer, /code=[^&]+.*iss=https%3A%2F%2Flocalhost/);
    assert.deepEqual(forbidden, []);
  });
});
