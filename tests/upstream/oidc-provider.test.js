// From a provincial service to a national portal that we did not write and back, in a real Chromium: npm oidc-provider in the
// shape of VNConnect, at another site than ours. The first time, the second time, out again, and what goes wrong on the way.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { activatedCitizen, at, isSignedIn, signIn } from '../browser/support/account.js';
import { launch, visitor } from '../browser/support/chromium.js';
import { fill, press } from '../browser/support/forms.js';
import { codesSent, mailedCode, smsCode } from '../browser/support/inbox.js';
import { inspect } from '../browser/support/inspection.js';
import { settings } from '../browser/support/settings.js';
import { business, citizens, CODE, sensitive, stranger } from './src/people.js';
import { agree, leave, seeSignedOut, signOutAtTheService, told, upstream, VISITS } from './support.js';

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

async function arriveFirst(visit, person, by) {
  await leave(visit, { look: true, by });
  await signInThere(visit.page, person);
  await giveContact(visit, person);
  await agree(visit.page);
  return told(visit.page);
}

// What the national portal did not vouch for and the service asks for: an address and a phone, each proved by a code.
async function giveContact(visit, person) {
  const { page, context } = visit;
  await page.locator('[data-page="contact"]').waitFor();
  await inspect(visit, 'upstream-contact');
  const email = emailOf(person);
  await fill(page, { email });
  await page.locator('#ask-email').click();
  await page.locator('[data-page="contact-code"]').waitFor();
  await inspect(visit, 'upstream-contact-code');
  await fill(page, { code: await mailedCode(context, email) });
  await press(page, 'code');
  await page.locator('#ask-phone').waitFor();
  const phone = await page.locator('#phone').inputValue();
  assert.equal(phone, person.claims.SoDienThoai, 'what the national portal said is proposed');
  const already = await codesSent(context, phone);
  await page.locator('#ask-phone').click();
  await page.locator('[data-page="contact-code"]').waitFor();
  await fill(page, { code: await smsCode(context, phone, already) });
  await press(page, 'code');
}

const emailOf = ({ sub }) => `${sub}@example.vn`;

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
        assert.equal(first.email, emailOf(person), 'the one that was proved, and none that was made up');
        const everything = Object.values(first);
        for (const value of sensitive) assert.ok(!everything.includes(value), `${value} is nobody's business`);
        await inspect(visit, 'upstream-service');

        // A browser that forgot us and not them: nothing is asked, at neither place.
        await context.clearCookies({ domain: 'localhost' });
        await leave(visit);
        const second = await told(page);
        assert.deepEqual([second.sub, second.acr], [first.sub, first.acr]);

        await signOutAtTheService(page);
        await page.waitForURL(`${upstream}/oidc/logout**`);
        await page.locator('#leave').click();
        await seeSignedOut(page, options.language);
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
      const person = newcomer();
      await signInThere(page, person);
      await giveContact(visit, person);
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

describe('a citizen who has an account here', () => {
  for (const options of VISITS) {
    test(`links it from the page of the account, and unlinks it, at ${options.width} px in ${options.language}`, () =>
      through({ ...options, scripts: true }, async (visit) => {
        const { page, language } = visit;
        const citizen = await activatedCitizen(visit);
        await signIn(visit, citizen);
        await page.goto(at('/account/links', language));
        await page.locator('[data-page="links"]').waitFor();
        await inspect(visit, 'account-links-none');
        await page.locator('#link-vnconnect').click();
        await signInThere(page, newcomer());
        await page.locator('[data-page="links"]').waitFor();
        await inspect(visit, 'account-links');
        await page.locator('button[name="action"][value="remove"]').click();
        await page.locator('#link-vnconnect').waitFor();
        await inspect(visit, 'account-links-removed');
      }));
  }
});

describe('a national portal that is out of order', () => {
  for (const options of VISITS) {
    test(`is said to be, with the other ways in, and serves again without further ado, at ${options.width} px in ${options.language}`, () =>
      through({ ...options, scripts: true }, async (visit) => {
        const { page, context } = visit;
        const person = newcomer();
        const works = (answer) => context.request.post(`${upstream}/test/token`, { form: { works: answer } });
        await works('no');
        try {
          await leave(visit);
          await giveNumberThere(page, person);
          await fill(page, { code: CODE });
          // The browser notes the status of the page itself, which is a 5xx.
          const before = visit.complaints.length;
          await page.locator('#submit').click();
          await page.locator('[data-page="upstream-trouble"]').waitFor();
          visit.complaints.splice(before);
          await inspect(visit, 'upstream-away');
          await page.locator('#sign-in').waitFor();
        } finally {
          await works('yes');
        }
        await page.locator('#again').click();
        await page.waitForURL(({ origin }) => origin === new URL(settings.issuer).origin);
        await giveContact(visit, person);
        await agree(page);
        await told(page);
      }));
  }
});

describe('the addresses of the national portal', () => {
  const read = async ({ context }) => (await context.request.get(`${upstream}/test/metadata`)).json();
  const METADATA = '/oauth2/token/.well-known/openid-configuration';

  test('are read from its metadata, which are not at the root, and kept', () =>
    through({ width: 1280, language: 'vi', scripts: true }, async (visit) => {
      await arriveFirst(visit, newcomer());
      assert.deepEqual(await read(visit), { [METADATA]: 1 }, 'once for everybody who came until now, and nowhere else');
    }));

  test('are those of the preset where no metadata are named, and then none are asked for', () =>
    through({ width: 360, language: 'en', scripts: true }, async (visit) => {
      const { page, language } = visit;
      const before = await read(visit);
      const claims = await arriveFirst(visit, newcomer(), '#by-vnconnect-preset');
      assert.deepEqual([claims.acr, claims.identity_number_source], ['urn:portal-id:loa:3', 'national_portal']);
      await signOutAtTheService(page);
      await page.waitForURL(`${upstream}/oidc/logout**`);
      await page.locator('#leave').click();
      await seeSignedOut(page, language);
      assert.deepEqual(await read(visit), before);
    }));
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
      const person = newcomer();
      await giveNumberThere(page, person);
      answer = await answerOf(context, page.url());
      await through({ width: 1280, language: 'en', scripts: true }, async (other) => {
        await other.page.goto(answer);
        await other.page.locator('[data-page="upstream-trouble"]').waitFor();
        assert.equal(await isSignedIn(other), false, 'nobody is signed in elsewhere');
      });
      await page.goto(answer);
      await giveContact(visit, person);
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
