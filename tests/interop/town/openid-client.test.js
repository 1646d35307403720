// Every kind of client that openid-client can be, over https, set up as its users do it: the lines of clients.json whose
// stack is "openid-client". A new way to authenticate is one line in AUTHENTICATION, a new kind one line in clients.json.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as client from 'openid-client';
import { algorithmOf, clientsOf, issuer, methodOf, stoppingAt, town, walk } from './support.js';

const AUTHENTICATION = {
  client_secret_basic: ({ secret }) => client.ClientSecretBasic(secret),
  client_secret_post: ({ secret }) => client.ClientSecretPost(secret),
  private_key_jwt: ({ key, signs_with: algorithm }) => async (...request) => {
    const signing = await crypto.subtle.importKey('jwk', key, OF_WEB_CRYPTO[algorithm], false, ['sign']);
    await client.PrivateKeyJwt({ key: signing, kid: key.kid })(...request);
  },
  none: () => client.None(),
};
const OF_WEB_CRYPTO = { ES256: { name: 'ECDSA', namedCurve: 'P-256' }, PS256: { name: 'RSA-PSS', hash: 'SHA-256' } };

const [citizen] = town.citizens;
const SCOPE = 'openid profile email phone offline_access';

function discover(kind, authentication = AUTHENTICATION[methodOf(kind)](kind)) {
  const metadata = { id_token_signed_response_alg: algorithmOf(kind) };
  return client.discovery(new URL(issuer), kind.client_id, metadata, authentication, { execute: [client.enableNonRepudiationChecks] });
}

async function signIn(configuration, kind, browser, extra = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: kind.redirect_uri, scope: SCOPE, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  });
  const { callback, seen } = await walk(browser, url, citizen);
  return { tokens: await client.authorizationCodeGrant(configuration, callback, checks), seen };
}

for (const kind of clientsOf('openid-client')) {
  describe(`${kind.client_id}: ${methodOf(kind)}, ${algorithmOf(kind)}, at ${issuer}`, () => {
    const browser = stoppingAt(kind);
    let configuration;
    let first;

    test('signs a citizen in', async () => {
      configuration = await discover(kind);
      first = await signIn(configuration, kind, browser);
      assert.deepEqual(first.seen, ['sign-in', 'code', 'consent']);
      const claims = first.tokens.claims();
      assert.equal(claims.iss, issuer);
      assert.equal(claims.aud, kind.client_id);
      const header = JSON.parse(Buffer.from(first.tokens.id_token.split('.')[0], 'base64url'));
      assert.equal(header.alg, algorithmOf(kind));
    });

    test('learns who it is, and is not asked again', async () => {
      const person = await client.fetchUserInfo(configuration, first.tokens.access_token, first.tokens.claims().sub);
      assert.equal(person.preferred_username, citizen.username);
      assert.equal(person.phone_number, `+84${citizen.phone.slice(1)}`);
      const again = await signIn(configuration, kind, browser, { prompt: 'none' });
      assert.deepEqual(again.seen, []);
      assert.equal(again.tokens.claims().sub, first.tokens.claims().sub);
    });

    test('refreshes', async () => {
      const fresh = await client.refreshTokenGrant(configuration, first.tokens.refresh_token);
      assert.ok(fresh.access_token && fresh.refresh_token !== first.tokens.refresh_token);
      assert.equal(fresh.claims().sub, first.tokens.claims().sub);
    });

    if (kind.secret) {
      test('is refused with another secret, and by another method', async () => {
        const wrong = kind.secret.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'));
        const other = methodOf(kind) === 'client_secret_basic' ? client.ClientSecretPost : client.ClientSecretBasic;
        for (const authentication of [AUTHENTICATION[methodOf(kind)]({ secret: wrong }), other(kind.secret)]) {
          const stranger = await discover(kind, authentication);
          await assert.rejects(client.refreshTokenGrant(stranger, first.tokens.refresh_token), ({ status }) => status === 401);
        }
      });
    }

    if (kind.key) {
      // security: row 19
      test('is refused with another key, by a secret, and without a proof', async () => {
        const other = clientsOf('openid-client').find(({ key, signs_with: algorithm }) => key && algorithm !== kind.signs_with);
        const underItsName = { ...other, key: { ...other.key, kid: kind.key.kid } };
        for (const authentication of [
          AUTHENTICATION.private_key_jwt(other), AUTHENTICATION.private_key_jwt(underItsName),
          client.ClientSecretBasic('guessed'), client.ClientSecretPost('guessed'), client.None(),
        ]) {
          const stranger = await discover(kind, authentication);
          await assert.rejects(client.refreshTokenGrant(stranger, first.tokens.refresh_token), ({ status }) => status === 401);
        }
      });
    }

    test('signs out and is remembered as signed out', async () => {
      const url = client.buildEndSessionUrl(configuration, {
        id_token_hint: first.tokens.id_token, post_logout_redirect_uri: kind.post_logout_redirect_uri, state: 'bye',
      });
      const left = await browser.open(url);
      assert.equal(left.url.href, `${kind.post_logout_redirect_uri}?state=bye`);
      await assert.rejects(signIn(configuration, kind, browser, { prompt: 'none' }), ({ error }) => error === 'login_required');
    });
  });
}

// security: row 10, 34
test('over https, TLS is demanded for a year and no cookie leaves its host', async () => {
  const response = await fetch(`${issuer}/sign-in`);
  assert.equal(response.headers.get('strict-transport-security'), 'max-age=31536000');
  const cookies = response.headers.getSetCookie();
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) assert.match(cookie, /^__Host-pid-[0-9a-f]{8}.*; Secure/i);
});
