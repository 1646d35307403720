// The owner at the pages of the account: where one is signed in, and the password.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { activatedCitizen, at, giveBoth, givePassword, isSignedIn, signIn } from './support/account.js';
import { launch, visitor } from './support/chromium.js';
import { fill, press } from './support/forms.js';
import { mailedLink } from './support/inbox.js';
import { inspect } from './support/inspection.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

// One citizen in several browsers of which the first is looked at.
async function inBrowsers(count, options, walk) {
  const visits = await Promise.all(Array.from({ length: count }, () => visitor(browser, options)));
  try {
    const citizen = await activatedCitizen(visits[0]);
    for (const visit of visits) await signIn(visit, citizen);
    await walk(citizen, ...visits);
    assert.deepEqual(visits.flatMap(({ complaints }) => complaints), []);
  } finally {
    for (const { context } of visits) await context.close();
  }
}

const VISITS = [{ width: 360, language: 'vi', scripts: false }, { width: 360, language: 'vi', scripts: true }, { width: 1280, language: 'en', scripts: true }];

const named = ({ width, language, scripts }) =>
  `at ${width} px in ${language === 'vi' ? 'Vietnamese' : 'English'}${scripts ? '' : ', without JavaScript'}`;

const items = (page) => page.locator('main .grants > li');

describe('where one is signed in', () => {
  for (const options of VISITS) {
    test(`one browser, the others and all are signed out ${named(options)}`, () =>
      inBrowsers(3, options, async (_, here, second, third) => {
        const { page } = here;
        assert.equal(await isSignedIn(here), true);
        assert.equal(await items(page).count(), 3);
        await inspect(here, 'sessions-three');
        await items(page).nth(1).locator('button[value="end"]').click();
        await page.locator('#news').waitFor();
        await inspect(here, 'sessions-ended');
        assert.equal(await items(page).count(), 2);
        const left = [await isSignedIn(second), await isSignedIn(third)];
        assert.deepEqual(left.toSorted(), [false, true], 'one of the two, not both');

        await page.locator('#end-others').click();
        await page.locator('#news').waitFor();
        assert.equal(await items(page).count(), 1);
        await inspect(here, 'sessions-alone');
        assert.deepEqual([await isSignedIn(second), await isSignedIn(third)], [false, false]);

        await page.locator('#end-all').click();
        await page.locator('[data-page="signed-out"]').waitFor();
        await inspect(here, 'signed-out');
        assert.equal(await isSignedIn(here), false);
      }));
  }
});

describe('the password', () => {
  for (const options of VISITS) {
    test(`is changed, and every other browser is signed out ${named(options)}`, () =>
      inBrowsers(2, options, async (citizen, here, elsewhere) => {
        const { page, context, language } = here;
        await page.goto(at('/account', language));
        await page.locator('#change-password').click();
        await page.locator('#current_password').waitFor();
        await inspect(here, 'password');
        await fill(page, { current_password: citizen.password, password: citizen.password, password_confirmation: 'khac' });
        await press(page, 'current_password');
        await page.locator('.summary').waitFor();
        for (const name of ['current_password', 'password', 'password_confirmation']) {
          assert.equal(await page.locator(`#${name}`).inputValue(), '', 'no password comes back');
        }
        await inspect(here, 'password-mistakes');
        const changed = { ...citizen, password: `Sen-Trang-${citizen.identity_number.slice(-4)}!` };
        await fill(page, { current_password: citizen.password, password: changed.password, password_confirmation: changed.password });
        await press(page, 'current_password');
        await page.locator('[data-page="password-changed"]').waitFor();
        await inspect(here, 'password-changed');
        assert.equal(await isSignedIn(here), true);
        assert.equal(await isSignedIn(elsewhere), false);

        await elsewhere.page.goto(at('/sign-in', language));
        await givePassword(elsewhere.page, citizen);
        assert.equal(await elsewhere.page.locator('#code').count(), 0, 'the old password is over');
        await giveBoth(elsewhere, changed);
        await elsewhere.page.locator('#account').waitFor();
        assert.ok(await mailedLink(context, citizen.email, '/sign-in/not-me'), 'the owner is told, with a way to object');
      }));
  }
});
