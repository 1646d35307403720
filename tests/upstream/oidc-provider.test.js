// From a provincial service to a national portal that we did not write and back, in a real Chromium: npm oidc-provider in the
// shape of VNConnect, at another site than ours. The first time, the second time, out again, and what goes wrong on the way.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isSignedIn } from '../browser/support/account.js';
import { launch, visitor } from '../browser/support/chromium.js';
import { fill } from '../browser/support/forms.js';
import { inspect } from '../browser/support/inspection.js';
import { settings } from '../browser/support/settings.js';
import { business, citizens, CODE, sensitive, stranger } from './src/people.js';
import { agree, leave, signOutAtTheService, told, upstream, VISITS } from './support.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

let next = 0;
const newcomer = () => citizens[next++];

async function giveNumberThere(page, person) {
  await page.waitForURL(`${upstream}/interaction/**`);
  await fill(page, { number: person.number, password: person.password });
  await page.locator('#submit').click();
  await page.locator('#code').waitFor();
}

async function signInThere(page, person) {
  await giveNumberThere(page, person);
  await fill(page, { code: CODE });
  await page.locator('#submit').click();
  await page.waitForURL(({ origin }) => origin !== upstream);
}

async function through(options, walk) {
  const visit = await visitor(browser, { beside: [upstream], ...options });
  try {
    await walk(visit);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.context.close();
  }
}

async function arriveFirst(visit, person) {
  await leave(visit, { look: true });
  await signInThere(visit.page, person);
  await agree(visit.page);
  return told(visit.page);
}

describe('a citizen of the national portal', () => {
  for (const options of VISITS) {
    test(`arrives, comes again and leaves, at ${options.width} px in ${options.language}`, () =>
      through({ ...options, scripts: true }, async (visit) => {
        const { page, context } = visit;
        const person = newcomer();
        const first = await arriveFirst(visit, person);
        assert.equal(first.name, person.name.normalize('NFC'));
        assert.equal(first.identity_number, person.number);
        assert.match(first.identity_number_verified, /^(có|yes)$/);
        assert.equal(first.identity_number_source, 'national_portal');
        assert.equal(first.birthdate, '1990-02-28');
        assert.equal(first.acr, 'urn:portal-id:loa:3');
        assert.deepEqual([first.ial, first.aal, first.amr], ['2', '2', 'pwd, sms, mfa']);
        assert.equal(first.preferred_username, undefined, 'a made-up username is told to nobody');
        assert.equal(first.email, undefined, 'no e-mail is invented');
        const everything = Object.values(first);
        for (const value of sensitive) assert.ok(!everything.includes(value), `${value} is nobody's business`);
        await inspect(visit, 'upstream-service');

        // A browser that forgot us and not them: nothing is asked, at neither place.
        await context.clearCookies({ domain: 'localhost' });
        await leave(visit);
        const second = await told(page);
        assert.deepEqual([second.sub, second.acr], [first.sub, first.acr]);

        await signOutAtTheService(page);
        assert.ok(page.url().startsWith(`${upstream}/oidc/logout`), `at the national portal, not ${page.url()}`);
        await page.locator('#leave').click();
        await page.waitForURL(`${settings.service}/**`);
        assert.match(await page.locator('[role="status"]').innerText(), options.language === 'vi' ? /đăng xuất/ : /signed out/);
        assert.equal(await isSignedIn(visit), false, 'signed out here');
        await leave(visit);
        assert.ok(page.url().startsWith(`${upstream}/interaction/`), 'and there, where a number is asked for again');
      }));
  }

  test('arrives without JavaScript', () =>
    through({ width: 360, language: 'vi', scripts: false }, async (visit) => {
      const claims = await arriveFirst(visit, newcomer());
      assert.equal(claims.acr, 'urn:portal-id:loa:3');
    }));

  test('who would rather not is told so kindly, and may think better of it', () =>
    through({ width: 360, language: 'vi', scripts: true }, async (visit) => {
      const { page } = visit;
      await leave(visit);
      await page.locator('#refuse').click();
      await page.locator('#username').waitFor();
      assert.ok(page.url().startsWith(settings.issuer));
      assert.match(await page.locator('[role="status"], [role="alert"]').first().innerText(), /không đồng ý/);
      await inspect(visit, 'upstream-denied');
      await page.locator('#by-vnconnect').click();
      await signInThere(page, newcomer());
      await agree(page);
      await told(page);
    }));

  test('who signs out there is signed out here', () =>
    through({ width: 1280, language: 'en', scripts: true }, async (visit) => {
      const { page } = visit;
      await arriveFirst(visit, newcomer());
      assert.equal(await isSignedIn(visit), true);
      await page.goto(`${upstream}/oidc/logout`);
      await page.locator('#leave').click();
      await page.waitForLoadState('load');
      const deadline = Date.now() + 10_000;
      while ((await isSignedIn(visit)) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 200));
      assert.equal(await isSignedIn(visit), false);
    }));
});

describe('others of the national portal', () => {
  test('a business arrives with a tax code alone', () =>
    through({ width: 1280, language: 'vi', scripts: true }, async (visit) => {
      const claims = await arriveFirst(visit, business);
      assert.equal(claims.account_type, 'business');
      assert.equal(claims.business_code, business.number);
      assert.equal(claims.business_code_source, 'national_portal');
      assert.equal(claims.business_name, business.name);
    }));

  for (const options of VISITS) {
    test(`a kind of account that nobody knows gets a clear page, at ${options.width} px in ${options.language}`, () =>
      through({ ...options, scripts: true }, async (visit) => {
        await leave(visit);
        await signInThere(visit.page, stranger);
        await visit.page.locator('[data-page="upstream-trouble"]').waitFor();
        await inspect(visit, 'upstream-unknown-class');
        assert.equal(await isSignedIn(visit), false);
      }));
  }
});

describe('the way there and back', () => {
  test('nothing but our page and the service is allowed as the target of a form', () =>
    through({ width: 1280, language: 'en', scripts: true }, async ({ page }) => {
      const policies = [];
      page.on('response', (answer) => {
        const policy = answer.headers()['content-security-policy'];
        if (answer.request().resourceType() === 'document' && answer.url().startsWith(settings.issuer) && policy) policies.push(policy);
      });
      await page.goto(`${settings.service}/sign-in`);
      await page.locator('#by-vnconnect').waitFor();
      assert.notEqual(policies.length, 0);
      for (const policy of policies) {
        const [, targets] = /form-action ([^;]+)/.exec(policy);
        assert.ok(targets.split(' ').every((target) => ["'self'", "'none'", settings.service].includes(target)), targets);
      }
    }));

  test('an answer is one browser\'s, once', async () => {
    let answer;
    await through({ width: 1280, language: 'en', scripts: true }, async (visit) => {
      const { page, context } = visit;
      await leave(visit);
      await giveNumberThere(page, newcomer());
      answer = await answerOf(context, page.url());
      await through({ width: 1280, language: 'en', scripts: true }, async (other) => {
        await other.page.goto(answer);
        await other.page.locator('[data-page="upstream-trouble"]').waitFor();
        assert.equal(await isSignedIn(other), false, 'nobody is signed in elsewhere');
      });
      await page.goto(answer);
      await agree(page);
      await page.goto(answer);
      await page.locator('[data-page="upstream-trouble"]').waitFor();
    });
  });
});

// The address that the national portal sends a browser back to, without going there.
async function answerOf(context, interaction) {
  const go = async (request) => (await request).headers().location;
  let location = await go(context.request.post(interaction.replace(/number$/, 'code'), { form: { code: CODE }, maxRedirects: 0 }));
  while (location.startsWith(upstream)) location = await go(context.request.get(location, { maxRedirects: 0 }));
  return location;
}
