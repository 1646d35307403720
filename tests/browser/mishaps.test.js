// What an owner does when something went wrong: somebody else signed in, or the phone was typed wrong.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { activatedCitizen, at, giveBoth, givePassword, isSignedIn, signIn } from './support/account.js';
import { launch, visitor } from './support/chromium.js';
import { newCitizen } from './support/citizen.js';
import { fill, press } from './support/forms.js';
import { codesSent, mailedLink, smsCode } from './support/inbox.js';
import { inspect } from './support/inspection.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const VISITS = [
  { width: 360, language: 'vi', scripts: false },
  { width: 360, language: 'en', scripts: true },
  { width: 1280, language: 'vi', scripts: true },
];

const named = ({ width, language, scripts }) =>
  `at ${width} px in ${language === 'vi' ? 'Vietnamese' : 'English'}${scripts ? '' : ', without JavaScript'}`;

describe('“this was not me”', () => {
  for (const options of VISITS) {
    test(`puts a stranger out, and leads to a new password ${named(options)}`, async () => {
      const owner = await visitor(browser, options);
      const stranger = await visitor(browser, { ...options, width: 1280, scripts: true });
      try {
        const citizen = await activatedCitizen(owner);
        await signIn(stranger, citizen);
        const { page, context } = owner;
        const link = await mailedLink(context, citizen.email, '/sign-in/not-me');
        await page.goto(link);
        await page.locator('[data-page="not-me"]').waitFor();
        assert.ok((await page.locator('main').innerText()).includes(citizen.username));
        await inspect(owner, 'not-me');
        assert.equal(await isSignedIn(stranger), true, 'to open the link changes nothing');

        await page.locator('#submit').click();
        await page.locator('#new-password').waitFor();
        await inspect(owner, 'not-me-done');
        assert.equal(await isSignedIn(stranger), false);
        await stranger.page.goto(link);
        await stranger.page.locator('[data-page="not-me-over"]').waitFor();
        await inspect(stranger, 'not-me-over');

        await page.locator('#new-password').click();
        await page.locator('#current_password').waitFor();
        await inspect(owner, 'new-password');
        const changed = { ...citizen, password: `Sen-Trang-${citizen.identity_number.slice(-4)}!` };
        await fill(page, { current_password: citizen.password, password: changed.password, password_confirmation: changed.password });
        await press(page, 'password_confirmation');
        await page.locator('[data-page="new-password-saved"]').waitFor();
        await inspect(owner, 'new-password-saved');

        await page.locator('#sign-in').click();
        await givePassword(page, citizen);
        assert.equal(await page.locator('#code').count(), 0, 'the old password is over');
        await giveBoth(owner, changed);
        await page.locator('#account').waitFor();
        assert.deepEqual([...owner.complaints, ...stranger.complaints], []);
      } finally {
        await owner.context.close();
        await stranger.context.close();
      }
    });
  }
});

describe('a phone that was typed wrong', () => {
  for (const options of VISITS) {
    test(`is corrected by a mailed link ${named(options)}`, async () => {
      const visit = await visitor(browser, options);
      const { page, context, language } = visit;
      try {
        const citizen = await activatedCitizen(visit);
        await page.goto(at('/sign-in', language));
        await givePassword(page, citizen);
        await page.locator('#correct-phone').click();
        await page.locator('[data-page="phone-asked"]').waitFor();
        await inspect(visit, 'phone-asked');

        const link = await mailedLink(context, citizen.email, '/sign-in/phone');
        await page.goto(link);
        await page.locator('#phone').waitFor();
        await inspect(visit, 'phone-correct');
        await fill(page, { phone: '024 3838 4040', password: citizen.password });
        await press(page, 'phone');
        assert.equal(await page.locator('#phone').getAttribute('aria-invalid'), 'true', 'not a mobile');
        await inspect(visit, 'phone-correct-mistake');
        const { phone } = newCitizen();
        await fill(page, { phone, password: citizen.password });
        await press(page, 'phone');
        await page.locator('[data-page="phone-corrected"]').waitFor();
        await inspect(visit, 'phone-corrected');
        await page.goto(link);
        await page.locator('[data-page="phone-link-over"]').waitFor();
        await inspect(visit, 'phone-link-over');

        await page.goto(at('/sign-in', language));
        await givePassword(page, citizen);
        await page.locator('#code').waitFor();
        assert.equal(await codesSent(context, citizen.phone), 1, 'the wrong number gets no more codes');
        await fill(page, { code: await smsCode(context, phone, 0) });
        await press(page, 'code');
        await page.locator('#account').waitFor();
        assert.deepEqual(visit.complaints, []);
      } finally {
        await context.close();
      }
    });
  }
});
