// The relying party: openid-client as its users configure it, nothing bent to our provider.
import * as client from 'openid-client';
import { settings } from './settings.js';
import { walk } from './citizen.js';

export const SCOPES = 'openid profile email phone address identity organization offline_access';

export function discover(secret = settings.clientSecret) {
  return client.discovery(new URL(settings.issuer), settings.clientId, {}, client.ClientSecretBasic(secret), {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });
}

export async function authorization(configuration, extra = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: settings.redirectUri,
    scope: SCOPES,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...extra,
  });
  return { url, checks };
}

// From "Log in with the portal" to tokens.
export async function signIn(configuration, browser, extra = {}, person = settings.citizen) {
  const { url, checks } = await authorization(configuration, extra);
  const { callback, seen } = await walk(browser, url, { person });
  const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
  return { tokens, checks, callback, seen };
}

// The token endpoint's refusal, or an error that says that there was none.
export async function refusalOf(promise) {
  try {
    await promise;
  } catch (error) {
    if (error.error) return { error: error.error, status: error.status };
    // A failed client authentication comes back as the challenge (RFC 6749 §5.2).
    if (error.cause?.[0]?.scheme) return { error: 'invalid_client', status: error.status };
    return { error: error.code ?? error.name, status: error.status, message: error.message };
  }
  throw new Error('expected a refusal, but the request succeeded');
}
