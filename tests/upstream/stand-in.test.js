// The demo's stand-in for the national portal, from a provincial service and back: our own program once more, at another site.
// Every page of it is accessible and fits, as those of the province.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { giveBoth, isSignedIn } from '../browser/support/account.js';
import { launch, visitor } from '../browser/support/chromium.js';
import { fill, press } from '../browser/support/forms.js';
import { codesSent, smsCode } from '../browser/support/inbox.js';
import { inspect } from '../browser/support/inspection.js';
import { settings } from '../browser/support/settings.js';
import { agree, leave, seeSignedOut, signOutAtTheService, told, upstream, VISITS } from './support.js';

const password = process.env.NATIONAL_PASSWORD;
const newcomer = { username: '024190001239', phone: '0912345680', password };
const ofBoth = { username: '024085001234', phone: '0912345678', password };
const business = { username: 'mychumau', phone: '0912345681', password };
// The account at the province of the one whose number both portals know.
const atTheProvince = { username: process.env.CITIZEN, phone: ofBoth.phone, password: process.env.CITIZEN_PASSWORD };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function through(options, walk) {
  const visit = await visitor(browser, { beside: [upstream], scripts: true, ...options });
  try {
    await walk(visit);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.context.close();
  }
}

// With number, password and the code of its own inbox.
async function signInThere(visit, person, look) {
  const { page, context } = visit;
  await page.waitForURL(`${upstream}/**`);
  await page.locator('#username').waitFor();
  if (look) await inspect(visit, 'stand-in-sign-in');
  const already = await codesSent(context, person.phone, upstream);
  await fill(page, { username: person.username, password: person.password });
  await press(page, 'password');
  await page.locator('#code').waitFor();
  if (look) await inspect(visit, 'stand-in-code');
  await fill(page, { code: await smsCode(context, person.phone, already, upstream) });
  await press(page, 'code');
  await page.waitForURL(({ origin }) => origin !== upstream);
}

describe('the stand-in for the national portal', () => {
  for (const options of VISITS) {
    test(`leads a citizen to the service and out again, at ${options.width} px in ${options.language}`, () =>
      through(options, async (visit) => {
        const { page, language } = visit;
        await page.goto(`${upstream}/?ui_locales=${language}`);
        assert.match(await page.locator('header').innerText(), language === 'vi' ? /quốc gia \(bản mô phỏng\)/ : /simulation/);
        await inspect(visit, 'stand-in-home');
        await page.goto(`${upstream}/demo/inbox?lang=${language}`);
        await inspect(visit, 'stand-in-inbox');

        await leave(visit, { look: true });
        await signInThere(visit, newcomer, true);
        await agree(page);
        const claims = await told(page);
        assert.equal(claims.name, 'Trần Thị Bình');
        assert.equal(claims.identity_number, newcomer.username);
        assert.equal(claims.identity_number_source, 'national_portal');
        assert.equal(claims.acr, 'urn:portal-id:loa:3');

        await signOutAtTheService(page);
        await seeSignedOut(page, language);
        assert.equal(await isSignedIn(visit), false, 'signed out here');
        await leave(visit);
        await page.locator('#username').waitFor();
        assert.ok(page.url().startsWith(upstream), 'and there');
      }));
  }

  test('leads a business to the service', () =>
    through({ width: 1280, language: 'vi' }, async (visit) => {
      await leave(visit);
      await signInThere(visit, business);
      await agree(visit.page);
      const claims = await told(visit.page);
      assert.deepEqual([claims.account_type, claims.business_code], ['business', '9900000023']);
      assert.equal(claims.business_code_source, 'national_portal');
    }));
});

describe('a citizen whose number has an account at the province', () => {
  for (const options of VISITS) {
    test(`is asked to prove it, at ${options.width} px in ${options.language}`, () =>
      through(options, async (visit) => {
        await leave(visit);
        await signInThere(visit, ofBoth);
        await visit.page.locator('[data-page="arrival"]').waitFor();
        await inspect(visit, 'upstream-arrival');
        assert.equal(await isSignedIn(visit), false, 'nobody is signed in before the proof');
      }));
  }

  test('proves it by signing in once, and the next time goes straight in', () =>
    through({ width: 360, language: 'vi' }, async (visit) => {
      const { page, context } = visit;
      await leave(visit);
      await signInThere(visit, ofBoth);
      await page.locator('#prove-by-sign-in').click();
      await giveBoth(visit, atTheProvince);
      await agree(page);
      const first = await told(page);
      assert.equal(first.preferred_username, atTheProvince.username);
      assert.deepEqual([first.identity_number_source, first.acr], ['national_portal', 'urn:portal-id:loa:3']);
      await context.clearCookies({ domain: 'localhost' });
      await leave(visit);
      assert.equal((await told(page)).sub, first.sub);
    }));
});
