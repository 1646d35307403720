// Two services of different sites, in one real Chromium, over https: signed in at both with one sign-in, and out again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { clientNamed, clientsOf, eventually, html, issuer, launch, redirect, serve, signIn, town, visitor } from './support.js';

const LEFT = 'http://schemas.openid.net/event/backchannel-logout';

// A small service as its author would write it with openid-client: `/` shows who is signed in, `/sign-in` and `/sign-out`
// go to the portal, `/left` is told of people who left elsewhere. Sessions are kept by their cookie, so that one of them can
// be ended from outside.
class Service {
  sessions = new Map();
  // How it was told, in order.
  told = [];

  constructor(facts) {
    this.facts = facts;
  }

  async open() {
    this.configuration = await client.discovery(new URL(issuer), this.facts.client_id, {}, client.ClientSecretBasic(this.facts.secret));
    this.keys = createRemoteJWKSet(new URL(this.configuration.serverMetadata().jwks_uri));
    this.server = await serve(this.facts, (call, response) => this.#answer(call, response));
    return this;
  }

  async #answer({ request, url, fields }, response) {
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
      case '/left':
        if (request.method === 'POST') await this.#toldByThePortal(fields.get('logout_token'));
        else this.#toldByABrowser(request, url.searchParams);
        return html(response, '');
      default:
        return html(response, `<h1>${session.claims?.sub ?? 'nobody'}</h1>`);
    }
  }

  // Back-channel logout, as docs/guide/relying-party/sign-out.md asks for it.
  async #toldByThePortal(token) {
    const { payload } = await jwtVerify(token, this.keys, {
      issuer, audience: this.facts.client_id, typ: 'logout+jwt', algorithms: ['RS256'], maxTokenAge: '2 minutes',
    });
    assert.ok(payload.events[LEFT] && !('nonce' in payload));
    this.told.push({ by: 'back channel', sub: payload.sub });
    this.#end(payload.sid);
  }

  // Front-channel logout: the browser keeps the service's cookie out of a frame of the portal's.
  #toldByABrowser(request, parameters) {
    assert.equal(parameters.get('iss'), issuer);
    this.told.push({ by: request.headers['sec-fetch-dest'], cookie: request.headers.cookie });
    this.#end(parameters.get('sid'));
  }

  #end(sid) {
    assert.ok(sid);
    for (const [id, { claims }] of this.sessions) if (claims?.sid === sid) this.sessions.delete(id);
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
  let browser, page, forbidden, other, land, health, subject;
  const [citizen, neighbour] = town.citizens;
  const shown = () => page.locator('h1').textContent();
  const enter = async (service) => {
    await page.goto(`${service.origin}/sign-in`);
    await page.waitForURL(`${service.origin}/`);
    assert.equal(await shown(), subject);
  };

  before(async () => {
    for (const facts of clientsOf('service')) facts.service = await new Service(facts).open();
    [land, health] = ['land-office', 'health-office'].map(clientNamed);
    browser = await launch();
    ({ page, forbidden } = await visitor(browser));
    other = (await visitor(browser)).page;
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
    await enter(health);
    await page.goto(`${land.origin}/`);
    assert.equal(await shown(), subject, 'still signed in at the first');
  });

  test('signs out at the first and is sent back there', async () => {
    // Somebody else is at the second, at another computer.
    await other.goto(`${health.origin}/sign-in`);
    await signIn(other, neighbour);
    await other.waitForURL(`${health.origin}/`);

    await page.goto(`${land.origin}/sign-out`);
    await page.waitForURL(`${land.origin}/`);
    assert.equal(await shown(), 'nobody');
  });

  test('the second is told by the portal itself (back channel), and signs that person out', async () => {
    await eventually(() => health.service.told.length > 0, 'the second service was told');
    assert.deepEqual(health.service.told, [{ by: 'back channel', sub: subject }]);
    await page.goto(`${health.origin}/`);
    assert.equal(await shown(), 'nobody');
    await other.reload();
    assert.notEqual(await other.locator('h1').textContent(), 'nobody', 'and nobody else');
  });

  test('the portal signs nobody in silently any more, at neither', async () => {
    for (const service of [land, health]) {
      await page.goto(`${service.origin}/sign-in?prompt=none`);
      await page.waitForURL(`${service.origin}/callback?**`);
      assert.equal(await shown(), 'login_required');
    }
  });

  test('and back: signed out at the second, the first is told by the browser (front channel)', async () => {
    await page.goto(`${health.origin}/sign-in`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code']);
    await page.waitForURL(`${health.origin}/`);
    await enter(land);

    // Of its own sign-out it was told as well.
    land.service.told = [];
    await page.goto(`${health.origin}/sign-out`);
    await page.waitForURL(`${health.origin}/`);
    assert.equal(await shown(), 'nobody');
    assert.deepEqual(land.service.told, [{ by: 'iframe', cookie: undefined }]);
    await page.goto(`${land.origin}/`);
    assert.equal(await shown(), 'nobody');
    assert.deepEqual(forbidden, []);
  });

  test('who leaves at the portal has left both', async () => {
    await page.goto(`${land.origin}/sign-in`);
    await signIn(page, citizen);
    await page.waitForURL(`${land.origin}/`);
    await enter(health);

    for (const { service } of [land, health]) service.told = [];
    await page.goto(issuer);
    await page.locator('#sign-out').click();
    await eventually(() => land.service.told.length && health.service.told.length, 'both were told');
    for (const service of [land, health]) {
      await page.goto(`${service.origin}/`);
      assert.equal(await shown(), 'nobody');
    }
  });
});
