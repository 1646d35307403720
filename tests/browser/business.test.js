// A business from the form to a service that learns which business it is (scope `organization`): with scripts and
// without, with an address of today and with one that has a district.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ADDRESS, activate, at, giveBoth } from './support/account.js';
import { launch, visitor } from './support/chromium.js';
import { newBusiness } from './support/citizen.js';
import { chooseAddress, fill, press, skipBrowserChecks } from './support/forms.js';
import { inspect } from './support/inspection.js';
import { settings } from './support/settings.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const BEFORE = { province: /Bắc Giang/, district: /^Thành phố Bắc Giang$/, ward: /Thọ Xương/ };

async function register(visit, address) {
  const { page, language } = visit;
  const business = newBusiness();
  const { password, ...typed } = business;
  await page.goto(at('/register/business', language));
  await skipBrowserChecks(page);
  await press(page, 'password_confirmation');
  await page.locator('#business_name').waitFor();
  assert.ok((await page.locator('[aria-invalid="true"]').count()) >= 6, 'every empty field is marked');
  await inspect(visit, 'register-business-mistakes');

  await fill(page, typed);
  await chooseAddress(page, address);
  for (const [name, value] of Object.entries(typed)) assert.equal(await page.locator(`#${name}`).inputValue(), value, `${name} is kept`);
  await inspect(visit, 'register-business-filled');
  await fill(page, { password, password_confirmation: password });
  await press(page, 'password_confirmation');
  await page.locator('[data-page="registered"]').waitFor();
  await inspect(visit, 'registered-business');
  return business;
}

// What the service's table says of a claim.
const told = (page, claim) => page.locator('tr', { has: page.locator(`th code:text-is("${claim}")`) }).locator('td').first().innerText();

async function walk(visit, address, headOffice) {
  const { page, language } = visit;
  const business = await register(visit, address);
  await activate(visit, business);
  await inspect(visit, 'activated-business');

  await page.goto(`${settings.service}/?lang=${language}`);
  await page.locator('header a[href="/sign-in"]').click();
  await page.locator('#username').waitFor();
  await giveBoth(visit, business);
  await page.locator('#allow').waitFor();
  const asked = await page.locator('main').innerText();
  for (const shown of [business.business_name, business.business_code, business.street]) assert.ok(asked.includes(shown), `${shown} is asked for`);
  await inspect(visit, 'consent-business');
  await page.locator('#allow').click();
  await page.waitForURL(`${settings.service}/**`);

  assert.ok((await page.locator('h1').innerText()).includes(business.business_name), 'the service greets the business by name');
  assert.equal(await told(page, 'business_name'), business.business_name);
  assert.equal(await told(page, 'business_code'), business.business_code);
  assert.equal(await told(page, 'account_type'), 'business');
  const office = await told(page, 'head_office');
  for (const part of [business.street, ...headOffice]) assert.ok(office.includes(part), `${part} is in ${office}`);
  await inspect(visit, 'service-signed-in-business');
}

async function through(options, address, headOffice) {
  const visit = await visitor(browser, options);
  try {
    await walk(visit, address, headOffice);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.context.close();
  }
}

const TODAY_OFFICE = ['Phường Bắc Giang', 'Tỉnh Bắc Ninh', '07210'];
const BEFORE_OFFICE = ['Phường Thọ Xương', 'Thành phố Bắc Giang', '2004', '07201', '07210'];

describe('a business becomes known to a service', () => {
  test('without JavaScript, with an address of today, in English on a desktop', () =>
    through({ width: 1280, language: 'en', scripts: false }, ADDRESS, TODAY_OFFICE));
  test('without JavaScript, with a district, in Vietnamese on a phone', () =>
    through({ width: 360, language: 'vi', scripts: false }, BEFORE, BEFORE_OFFICE));
  test('with scripts, with an address of today, in English on a phone', () =>
    through({ width: 360, language: 'en', scripts: true }, ADDRESS, TODAY_OFFICE));
  test('with scripts, with a district, in Vietnamese on a desktop', () =>
    through({ width: 1280, language: 'vi', scripts: true }, BEFORE, BEFORE_OFFICE));
});
