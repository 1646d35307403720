// Two services of different sites, in one real Chromium, over https: signed in at both with one sign-in, and out again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as client from 'openid-client';
import { clientNamed, clientsOf, html, issuer, launch, redirect, serve, signIn, town, visitor } from './support.js';

// A small service as its author would write it with openid-client: `/` shows who is signed in, `/sign-in` and `/sign-out`
// go to the portal. Sessions are kept by their cookie, so that one of them can be ended from outside.
class Service {
  sessions = new Map();

  constructor(facts) {
    this.facts = facts;
  }

  async open() {
    this.configuration = await client.discovery(new URL(issuer), this.facts.client_id, {}, client.ClientSecretBasic(this.facts.secret));
    this.server = await serve(this.facts, (call, response) => this.#answer(call, response));
    return this;
  }

  async #answer({ request, url }, response) {
    const id = /\bservice=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    const session = this.sessions.get(id) ?? {};
    switch (url.pathname) {
      case '/sign-in':
        return this.#begin(response, url.searchParams.get('prompt'));
      case '/callback': {
        if (url.searchParams.has('error')) return html(response, `<h1>${url.searchParams.get('error')}</h1>`);
        const tokens = await client.authorizationCodeGrant(this.configuration, url, session.checks);
        Object.assign(session, { tokens, claims: tokens.claims() });
        return redirect(response, '/');
      }
      case '/sign-out': {
        this.sessions.delete(id);
        return redirect(response, client.buildEndSessionUrl(this.configuration, {
          id_token_hint: session.tokens.id_token, post_logout_redirect_uri: this.facts.post_logout_redirect_uri,
        }));
      }
      default:
        return html(response, `<h1>${session.claims?.sub ?? 'nobody'}</h1>`);
    }
  }

  async #begin(response, prompt) {
    const id = randomUUID();
    const verifier = client.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    this.sessions.set(id, { checks });
    const address = client.buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.facts.redirect_uri, scope: 'openid profile', state: checks.expectedState, nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...(prompt && { prompt }),
    });
    return redirect(response, address, { 'set-cookie': `service=${id}; Path=/; HttpOnly; Secure; SameSite=Lax` });
  }
}

describe('two services', () => {
  let browser, page, land, health, subject;
  const [citizen] = town.citizens;
  const shown = () => page.locator('h1').textContent();

  before(async () => {
    for (const facts of clientsOf('service')) facts.service = await new Service(facts).open();
    [land, health] = ['land-office', 'health-office'].map(clientNamed);
    browser = await launch();
    ({ page } = await visitor(browser));
  });
  after(async () => {
    await browser?.close();
    for (const { service } of clientsOf('service')) await service?.server.stop();
  });

  test('a person signs in at the first', async () => {
    await page.goto(`${land.origin}/sign-in`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code']);
    await page.waitForURL(`${land.origin}/`);
    subject = await shown();
    assert.ok(subject.length > 8);
  });

  test('and is at the second without a question', async () => {
    await page.goto(`${health.origin}/sign-in`);
    await page.waitForURL(`${health.origin}/`);
    assert.equal(await shown(), subject);
    await page.goto(`${land.origin}/`);
    assert.equal(await shown(), subject, 'still signed in at the first');
  });

  test('signs out at the first and is sent back there', async () => {
    await page.goto(`${land.origin}/sign-out`);
    await page.waitForURL(`${land.origin}/`);
    assert.equal(await shown(), 'nobody');
  });

  test('the portal signs nobody in silently any more, at neither', async () => {
    for (const service of [land, health]) {
      await page.goto(`${service.origin}/sign-in?prompt=none`);
      await page.waitForURL(`${service.origin}/callback?**`);
      assert.equal(await shown(), 'login_required');
    }
  });

  // Not tested yet: what the second service hears of the sign-out (back-channel and front-channel logout), by a case of
  // `#answer` for its logout address and a look at `health.service.sessions`.
});
