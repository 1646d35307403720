// A business at a service that asks which business it is (scope `organization`), with openid-client.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as client from 'openid-client';
import { Browser } from './support/browser.js';
import { discover, signIn } from './support/service.js';
import { settings } from './support/settings.js';

const CLAIMS = ['business_code', 'business_name', 'head_office'];
const ALL = CLAIMS.flatMap((claim) => [claim, `${claim}_verified`, `${claim}_source`]);

let configuration;
before(async () => {
  configuration = await discover();
});

async function told(tokens) {
  return client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
}

describe('a business signs in to a service', () => {
  const browser = new Browser([settings.redirectUri]);
  let first;

  test('discovery names every claim of the scope', () => {
    const { claims_supported: claims, scopes_supported: scopes } = configuration.serverMetadata();
    assert.ok(scopes.includes('organization'));
    for (const claim of ['account_type', ...ALL]) assert.ok(claims.includes(claim), claim);
  });

  test('with a password, an SMS code and a consent; userinfo tells which business it is', async () => {
    first = await signIn(configuration, browser, { scope: 'openid profile organization offline_access' }, settings.business);
    assert.deepEqual(first.seen, ['sign-in', 'code', 'consent']);
    const about = await told(first.tokens);
    assert.equal(about.account_type, 'business');
    assert.match(about.business_code, /^\d{10}(-\d{3})?$|^\d{12}$/);
    assert.ok(about.business_name.length > 0);
    assert.equal(about.name, about.business_name, 'a business is called by its name');
    for (const claim of CLAIMS) {
      assert.equal(about[`${claim}_verified`], false, `nobody vouches for ${claim}`);
      assert.equal(about[`${claim}_source`], 'self_declared');
    }
    const { formatted, region, country, era, units_2025: today } = about.head_office;
    assert.ok(formatted.includes(region));
    assert.equal(country, 'Việt Nam');
    assert.equal(era, '2025');
    assert.match(today.province_code, /^\d{2}$/);
    assert.match(today.ward_code, /^\d{5}$/);
    assert.ok(!('identity_number' in about) && !('birthdate' in about), 'it is no citizen');
  });

  test('the ID token tells none of it (OpenID Connect Core §5.4)', () => {
    const claims = first.tokens.claims();
    for (const claim of ['name', ...ALL]) assert.ok(!(claim in claims), claim);
  });

  // security: row 38
  test('a refresh tells the same, a narrower one no more than it asks for', async () => {
    const next = await client.refreshTokenGrant(configuration, first.tokens.refresh_token);
    const about = await told(next);
    assert.deepEqual(about, await told(first.tokens));
    const narrowed = await client.refreshTokenGrant(configuration, next.refresh_token, { scope: 'openid profile' });
    const less = await told(narrowed);
    assert.equal(less.name, about.business_name);
    for (const claim of ALL) assert.ok(!(claim in less), claim);
  });

  // security: row 38
  test('a service that did not ask for the scope learns none of it', async () => {
    const { tokens } = await signIn(configuration, browser, { scope: 'openid profile' }, settings.business);
    const about = await told(tokens);
    assert.equal(about.sub, first.tokens.claims().sub);
    assert.equal(about.account_type, 'business');
    for (const claim of ALL) assert.ok(!(claim in about), claim);
  });
});

describe('a citizen signs in to the same service', () => {
  test('and has no business to tell of', async () => {
    const { tokens } = await signIn(configuration, new Browser([settings.redirectUri]), { scope: 'openid profile organization' });
    const about = await told(tokens);
    assert.equal(about.account_type, 'citizen');
    for (const claim of ALL) assert.ok(!(claim in about), claim);
  });
});
