// Everything that speaks OpenID Connect, by the stock library: discovery, code with PKCE, state and
// nonce, userinfo, refresh, sign-out. Pages and sessions are elsewhere.
import * as client from 'openid-client';

const SCOPES = 'openid profile email phone address identity organization offline_access';

export class Provider {
  #settings;
  #configuration;

  constructor(settings) {
    this.#settings = settings;
  }

  // Discovery waits for the first visitor, so that the service may start before the provider.
  async #discovered() {
    const { issuer, clientId, clientSecret } = this.#settings;
    // The method is the one the operator registered; the library alone would send the secret in the body.
    const method = client.ClientSecretBasic(clientSecret);
    this.#configuration ??= await client.discovery(new URL(issuer), clientId, {}, method, {
      execute: [client.enableNonRepudiationChecks, ...(isLoopbackHttp(issuer) ? [client.allowInsecureRequests] : [])],
    });
    return this.#configuration;
  }

  async start(language) {
    const configuration = await this.#discovered();
    const verifier = client.randomPKCECodeVerifier();
    const pending = { verifier, state: client.randomState(), nonce: client.randomNonce() };
    const redirect = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${this.#settings.baseUrl}/callback`,
      scope: SCOPES,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
      ui_locales: language,
    });
    return { redirect, pending };
  }

  async finish(url, pending) {
    const configuration = await this.#discovered();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      return { person: await this.#person(configuration, tokens, {}) };
    } catch (error) {
      return refusal(error);
    }
  }

  async refresh(person) {
    const configuration = await this.#discovered();
    try {
      const tokens = await client.refreshTokenGrant(configuration, person.refreshToken);
      return { person: await this.#person(configuration, tokens, person) };
    } catch (error) {
      return refusal(error);
    }
  }

  async leave(idToken, language) {
    const configuration = await this.#discovered();
    const state = client.randomState();
    const redirect = client.buildEndSessionUrl(configuration, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${this.#settings.baseUrl}/`,
      state,
      ui_locales: language,
    });
    return { redirect, state };
  }

  // A refresh may leave out the ID token and the refresh token: what we held before stays in force.
  async #person(configuration, tokens, before) {
    const idClaims = tokens.claims() ?? before.idClaims;
    return {
      idClaims,
      idToken: tokens.id_token ?? before.idToken,
      refreshToken: tokens.refresh_token ?? before.refreshToken,
      userinfo: await client.fetchUserInfo(configuration, tokens.access_token, idClaims.sub),
    };
  }
}

// The provider's own words travel as a code; what is not a refusal (network, our bug) is thrown on.
function refusal(error) {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    return { refused: error.error, description: error.error_description };
  }
  if (error instanceof client.ClientError && error.code !== 'OAUTH_TIMEOUT') {
    return { refused: 'untrusted_answer', description: error.message };
  }
  throw error;
}

function isLoopbackHttp(issuer) {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
