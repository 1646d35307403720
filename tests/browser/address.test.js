// The address of a form with scripts, under the real content security policy: lists that follow each other at once,
// found without accents, by keyboard alone; and the buttons that come back when a list cannot be fetched.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './support/chromium.js';
import { filled } from './support/forms.js';
import { inspect } from './support/inspection.js';
import { settings } from './support/settings.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function form({ width = 360 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 740 }, locale: 'vi-VN', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${settings.issuer}/register/citizen?ui_locales=vi`);
  return { context, page, complaints };
}

const chosen = (page, list) => page.locator(`#${list} option:checked`).innerText();

// Types into the search of a list and takes the first find, by keyboard.
async function find(page, list, text) {
  const search = page.locator(`#${list}-find`);
  await search.focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), list, 'the focus is in the list');
}

describe('an address with scripts', () => {
  test('an old one is found without accents, and its ward of today is told', async () => {
    const { context, page, complaints } = await form();
    await page.locator('#address_era-2004').check();
    await filled(page, 'province_code');
    await find(page, 'province_code', 'bac giang');
    assert.equal(await chosen(page, 'province_code'), 'Tỉnh Bắc Giang');
    await filled(page, 'district_code');
    await find(page, 'district_code', 'thanh pho');
    assert.equal(await chosen(page, 'district_code'), 'Thành phố Bắc Giang');
    await filled(page, 'ward_code');
    await find(page, 'ward_code', 'tho xuong');
    assert.equal(await chosen(page, 'ward_code'), 'Phường Thọ Xương');
    await page.locator('#address-today', { hasText: 'Phường Bắc Giang, Tỉnh Bắc Ninh' }).waitFor();
    assert.equal(await page.locator('[data-without-script]:visible').count(), 0, 'the buttons are not needed');
    assert.equal(await page.locator('#new_ward_code').isVisible(), false);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('one of today is searched with a count that is told', async () => {
    const { context, page, complaints } = await form();
    await page.locator('#province_code').selectOption('24');
    await filled(page, 'ward_code');
    assert.equal(await page.locator('#ward_code option').count(), 100);
    await page.locator('#ward_code-find').pressSequentially('Bắc Giang');
    const status = page.locator('#ward_code-find ~ [role="status"]');
    assert.match(await status.innerText(), /^1 nơi phù hợp: Phường Bắc Giang$/);
    assert.equal(await page.locator('#ward_code option').count(), 2);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#ward_code option').count(), 100);
    await page.locator('#ward_code-find').pressSequentially('xyz');
    assert.match(await status.innerText(), /Không có nơi nào/);
    await page.keyboard.press('Enter');
    assert.equal(new URL(page.url()).pathname, '/register/citizen', 'Enter does not send the form');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('the buttons come back when a list cannot be fetched', async () => {
    const { context, page } = await form();
    await page.route('**/places/**', (route) => route.abort());
    await page.locator('#province_code').selectOption('24');
    await page.locator('#choose_province').click();
    await filled(page, 'ward_code');
    assert.equal(await page.locator('#province_code').inputValue(), '24');
    assert.equal(await page.locator('#ward_code option').count(), 100);
    await context.close();
  });

  for (const width of [360, 1280]) {
    test(`is accessible and fits at ${width} px`, async () => {
      const { context, page, complaints } = await form({ width });
      await page.locator('#address_era-2004').check();
      await filled(page, 'province_code');
      await page.locator('#province_code').selectOption('24');
      await filled(page, 'district_code');
      await page.locator('#district_code').selectOption('213');
      await filled(page, 'ward_code');
      await page.locator('#ward_code-find').pressSequentially('x');
      await inspect({ page, language: 'vi', width, scripts: true, complaints }, 'register-district');
      await context.close();
    });
  }
});
