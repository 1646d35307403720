// The running provider against openid-client: the happy road, and the refusals beside it.
// The person signs in once (SMS codes are capped per phone); later tests come back by single sign-on.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as client from 'openid-client';
import { Browser } from './support/browser.js';
import { walk } from './support/citizen.js';
import { runPiece } from './support/guide.js';
import { SCOPES, authorization, discover, refusalOf, signIn } from './support/service.js';
import { settings } from './support/settings.js';

const browser = new Browser([settings.redirectUri, settings.postLogoutUri]);
let configuration;

before(async () => {
  configuration = await discover();
});

describe('discovery', () => {
  test('says what works, under the issuer that was asked', () => {
    const metadata = configuration.serverMetadata();
    assert.equal(metadata.issuer, settings.issuer);
    assert.ok(metadata.response_types_supported.includes('code'));
    assert.ok(metadata.code_challenge_methods_supported.includes('S256'));
    assert.ok(!metadata.code_challenge_methods_supported.includes('plain'));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.ok(metadata.id_token_signing_alg_values_supported.includes('RS256'));
    assert.ok(!metadata.id_token_signing_alg_values_supported.includes('none'));
    for (const scope of SCOPES.split(' ')) assert.ok(metadata.scopes_supported.includes(scope), `scope ${scope} is advertised`);
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint']) {
      assert.ok(metadata[name]?.startsWith(settings.issuer), `${name} lives under the issuer`);
    }
  });

  test('the OAuth metadata (RFC 8414) agrees with it', async () => {
    const response = await fetch(`${settings.issuer}/.well-known/oauth-authorization-server`);
    assert.equal(response.status, 200);
    const oauth = await response.json();
    const { issuer, token_endpoint: tokenEndpoint, jwks_uri: jwksUri } = configuration.serverMetadata();
    assert.deepEqual([oauth.issuer, oauth.token_endpoint, oauth.jwks_uri], [issuer, tokenEndpoint, jwksUri]);
  });

  test('the key set holds public keys with distinct ids', async () => {
    const response = await fetch(configuration.serverMetadata().jwks_uri);
    assert.match(response.headers.get('cache-control') ?? '', /max-age=\d+/);
    const { keys } = await response.json();
    assert.ok(keys.length >= 2, 'an RSA and an EC key');
    assert.deepEqual(new Set(keys.map((key) => key.kty)), new Set(['RSA', 'EC']));
    assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length);
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), `${key.kid} shows ${secret}`);
    }
  });
});

describe('a citizen signs in to a service', () => {
  let first;

  test('with a password, an SMS code and a consent', async () => {
    first = await signIn(configuration, browser);
    assert.deepEqual(first.seen, ['sign-in', 'code', 'consent']);
    assert.equal(first.callback.searchParams.get('iss'), settings.issuer);
    const claims = first.tokens.claims();
    assert.equal(claims.iss, settings.issuer);
    assert.equal(claims.aud, settings.clientId);
    assert.equal(claims.nonce, first.checks.expectedNonce);
    assert.ok(claims.sub.length > 0 && claims.sub.length <= 255);
    assert.ok(Math.abs(Date.now() / 1000 - claims.auth_time) < 120, 'auth_time is the sign-in just now');
    assert.match(claims.acr, /^urn:portal-id:loa:[1-4]$/);
    assert.ok(Array.isArray(claims.amr) && claims.amr.includes('pwd'));
    assert.ok(claims.sid && claims.at_hash);
    assert.ok(!('email' in claims) && !('phone_number' in claims), 'personal claims are in userinfo (OpenID Connect Core §5.4)');
    assert.equal(first.tokens.token_type, 'bearer');
    assert.ok(first.tokens.expires_in > 0 && first.tokens.refresh_token);
  });

  test('userinfo tells who it is, by GET and by POST', async () => {
    const { sub } = first.tokens.claims();
    const person = await client.fetchUserInfo(configuration, first.tokens.access_token, sub);
    assert.equal(person.sub, sub);
    assert.ok(person.name.length > 0);
    assert.match(person.email, /@/);
    assert.equal(typeof person.email_verified, 'boolean');
    assert.match(person.phone_number, /^\+84\d{9}$/);
    assert.equal(person.phone_number_verified, true);
    assert.match(person.birthdate, /^\d{4}-\d{2}-\d{2}$/);
    assert.equal(typeof person.address, 'object');
    assert.ok(Object.values(person).every((value) => value !== null && value !== ''), 'an absent value is left out');

    const posted = await fetch(configuration.serverMetadata().userinfo_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ access_token: first.tokens.access_token }),
    });
    assert.equal(posted.status, 200);
    assert.deepEqual(await posted.json(), person);
  });

  // security: row 24, 31
  test('userinfo refuses a spoiled and a missing token', async () => {
    const endpoint = configuration.serverMetadata().userinfo_endpoint;
    const spoiled = await fetch(endpoint, { headers: { authorization: `Bearer ${first.tokens.access_token.slice(0, -2)}` } });
    assert.equal(spoiled.status, 401);
    assert.match(spoiled.headers.get('www-authenticate'), /error="invalid_token"/);
    const missing = await fetch(endpoint);
    assert.equal(missing.status, 401);
    assert.match(missing.headers.get('www-authenticate'), /^Bearer/);
    assert.doesNotMatch(missing.headers.get('www-authenticate'), /error=/, 'no error code without a token (RFC 6750 §3)');
    const idToken = await fetch(endpoint, { headers: { authorization: `Bearer ${first.tokens.id_token}` } });
    assert.equal(idToken.status, 401, 'an ID token is not an access token');
  });

  test('comes back without a question, with prompt=none too', async () => {
    const again = await signIn(configuration, browser);
    assert.deepEqual(again.seen, []);
    const silent = await signIn(configuration, browser, { prompt: 'none' });
    assert.equal(silent.tokens.claims().sub, first.tokens.claims().sub);
    assert.equal(silent.tokens.claims().auth_time, first.tokens.claims().auth_time);
  });

  test('prompt=none from a stranger is answered with login_required', async () => {
    const { url, checks } = await authorization(configuration, { prompt: 'none' });
    const { callback } = await walk(new Browser([settings.redirectUri]), url);
    assert.equal(callback.searchParams.get('error'), 'login_required');
    assert.equal(callback.searchParams.get('state'), checks.expectedState);
    assert.equal(callback.searchParams.get('iss'), settings.issuer);
  });

  // security: row 35
  test('the authorization request may come as a cross-site form POST', async () => {
    const { url, checks } = await authorization(configuration);
    const posted = await fetch(url.origin + url.pathname, {
      method: 'POST',
      body: new URLSearchParams(url.searchParams),
      headers: { origin: 'https://dichvu.example.vn' },
      redirect: 'manual',
    });
    assert.equal(posted.status, 303);
    const { callback } = await walk(browser, new URL(posted.headers.get('location'), url));
    const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
    assert.equal(tokens.claims().sub, first.tokens.claims().sub);
  });

  test('a refused consent comes back as access_denied', async () => {
    const { url, checks } = await authorization(configuration, { prompt: 'consent' });
    const { callback, seen } = await walk(browser, url, { decision: 'deny' });
    assert.deepEqual(seen, ['consent']);
    await assert.rejects(client.authorizationCodeGrant(configuration, callback, checks), { error: 'access_denied' });
  });
});

describe('refresh', () => {
  // security: row 20
  test('rotates, keeps who and when, and repeats a lost answer', async () => {
    const { tokens } = await signIn(configuration, browser);
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid']) assert.deepEqual(next.claims()[name], tokens.claims()[name], name);
    const person = await client.fetchUserInfo(configuration, next.access_token, tokens.claims().sub);
    assert.equal(person.sub, tokens.claims().sub);
    // Within the grace of 10 s the old token gets the same successor again: nobody is logged out by a lost answer.
    const repeated = await client.refreshTokenGrant(configuration, tokens.refresh_token);
    assert.equal(repeated.refresh_token, next.refresh_token);
    // One generation further the oldest token is a replay, and ends the family.
    const third = await client.refreshTokenGrant(configuration, next.refresh_token);
    assert.equal((await refusalOf(client.refreshTokenGrant(configuration, tokens.refresh_token))).error, 'invalid_grant');
    assert.equal((await refusalOf(client.refreshTokenGrant(configuration, third.refresh_token))).error, 'invalid_grant');
  });

  // security: row 38
  test('may narrow the scope, never widen it', async () => {
    const { tokens } = await signIn(configuration, browser, { scope: 'openid profile offline_access' });
    const widened = client.refreshTokenGrant(configuration, tokens.refresh_token, { scope: 'openid profile email offline_access' });
    assert.equal((await refusalOf(widened)).error, 'invalid_scope');
    const narrowed = await client.refreshTokenGrant(configuration, tokens.refresh_token, { scope: 'openid' });
    const person = await client.fetchUserInfo(configuration, narrowed.access_token, tokens.claims().sub);
    assert.ok(!('name' in person));
  });

  // security: row 31
  test('an unknown and a cut token are invalid_grant', async () => {
    const { tokens } = await signIn(configuration, browser);
    for (const spoiled of ['unknown', tokens.refresh_token.slice(0, -1), `${tokens.refresh_token}A`]) {
      assert.equal((await refusalOf(client.refreshTokenGrant(configuration, spoiled))).error, 'invalid_grant');
    }
  });
});

describe('the token endpoint refuses', () => {
  async function fresh(extra) {
    const { url, checks } = await authorization(configuration, extra);
    return { checks, ...(await walk(browser, url)) };
  }

  // security: row 21
  test('a code with the wrong PKCE verifier', async () => {
    const { callback, checks } = await fresh();
    const spoiled = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    assert.deepEqual(await refusalOf(client.authorizationCodeGrant(configuration, callback, spoiled)), { error: 'invalid_grant', status: 400 });
  });

  // security: row 21
  test('a code without a PKCE verifier', async () => {
    const { callback, checks } = await fresh();
    const { pkceCodeVerifier, ...spoiled } = checks;
    assert.ok(pkceCodeVerifier);
    const { error } = await refusalOf(client.authorizationCodeGrant(configuration, callback, spoiled));
    assert.ok(['invalid_grant', 'invalid_request'].includes(error), error);
  });

  // security: row 20
  test('a code at another redirect URI', async () => {
    const { callback, checks } = await fresh();
    const elsewhere = new URL(callback);
    elsewhere.pathname += '/elsewhere';
    assert.equal((await refusalOf(client.authorizationCodeGrant(configuration, elsewhere, checks))).error, 'invalid_grant');
  });

  // security: row 20, 22
  test('a code a second time, and then everything that the first time gave', async () => {
    const { callback, checks } = await fresh();
    const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
    assert.deepEqual(await refusalOf(client.authorizationCodeGrant(configuration, callback, checks)), { error: 'invalid_grant', status: 400 });
    assert.equal((await refusalOf(client.refreshTokenGrant(configuration, tokens.refresh_token))).error, 'invalid_grant');
    const userinfo = await fetch(configuration.serverMetadata().userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(userinfo.status, 401);
  });

  test('a wrong client secret, with 401', async () => {
    const { callback, checks } = await fresh();
    const impostor = await discover('not-the-secret');
    assert.deepEqual(await refusalOf(client.authorizationCodeGrant(impostor, callback, checks)), { error: 'invalid_client', status: 401 });
  });
});

describe('what the client checks for itself', () => {
  test('a nonce that is not its own', async () => {
    const { url, checks } = await authorization(configuration);
    const { callback } = await walk(browser, url);
    const promise = client.authorizationCodeGrant(configuration, callback, { ...checks, expectedNonce: client.randomNonce() });
    await assert.rejects(promise, (error) => error.cause?.cause?.claim === 'nonce');
  });

  test('a state that is not its own', async () => {
    const { url, checks } = await authorization(configuration);
    const { callback } = await walk(browser, url);
    const promise = client.authorizationCodeGrant(configuration, callback, { ...checks, expectedState: client.randomState() });
    await assert.rejects(promise, (error) => /state/.test(error.cause?.message));
  });
});

describe('the authorization endpoint', () => {
  // security: row 1
  test('never redirects to an address that is not registered', async () => {
    for (const spoiled of [`${settings.redirectUri}/`, `${settings.redirectUri}?a=1`, 'https://evil.example/callback', 'javascript:alert(1)']) {
      const { url } = await authorization(configuration, { redirect_uri: spoiled });
      const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
      assert.equal(response.status, 400, spoiled);
      assert.equal(response.headers.get('location'), null);
    }
  });

  // security: row 21
  test('answers a request without a code challenge with invalid_request', async () => {
    const { url, checks } = await authorization(configuration);
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const { callback } = await walk(browser, url);
    assert.equal(callback.searchParams.get('error'), 'invalid_request');
    assert.equal(callback.searchParams.get('state'), checks.expectedState);
  });
});

describe('the code in the guide', () => {
  test('begins a sign-in that the library finishes, and hands on what the national portal sends along', async () => {
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const given = {
      ISSUER: settings.issuer, CLIENT_ID: settings.clientId, CLIENT_SECRET: settings.clientSecret,
      BASE_URL: new URL(settings.redirectUri).origin, state, nonce,
    };
    const { configuration: own, verifier, redirectTo } = await runPiece('README.md', given, 'configuration, verifier, redirectTo');
    const { callback } = await walk(browser, redirectTo);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    assert.ok((await client.authorizationCodeGrant(own, callback, checks)).claims().sub);

    const deep = { vnconnect: '1', MaTTHCDP: '1.000894', MaCoQuanThucHien: 'H03.16', MaDVC: '2-5' };
    const query = new URLSearchParams({ ...deep, other: 'x' });
    const parameters = Object.fromEntries(redirectTo.searchParams);
    const { redirectTo: handedOn } = await runPiece('asking.md', { query, parameters, configuration: own }, 'redirectTo');
    const { callback: back } = await walk(browser, handedOn);
    for (const [name, value] of Object.entries(deep)) assert.equal(back.searchParams.get(name), value, name);
    assert.ok(back.searchParams.get('code') && !back.searchParams.has('other'));
  });
});

describe('sign-out', () => {
  // security: row 2
  test('with the ID token returns to the service, and the session is gone', async () => {
    const { tokens } = await signIn(configuration, browser);
    const state = client.randomState();
    const url = client.buildEndSessionUrl(configuration, { id_token_hint: tokens.id_token, post_logout_redirect_uri: settings.postLogoutUri, state });

    const unregistered = new URL(url);
    unregistered.searchParams.set('post_logout_redirect_uri', `${settings.postLogoutUri}?a=1`);
    const asked = await new Browser([settings.postLogoutUri]).open(unregistered);
    assert.equal(asked.arrived, false, 'an unregistered address is never redirected to');

    const left = await browser.open(url);
    assert.ok(left.arrived, `expected the service, got ${left}`);
    assert.deepEqual([...left.url.searchParams], [['state', state]]);

    const { url: silent } = await authorization(configuration, { prompt: 'none' });
    const { callback } = await walk(browser, silent);
    assert.equal(callback.searchParams.get('error'), 'login_required');
  });
});
