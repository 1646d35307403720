// The main job through the demo, in a real Chromium: register, activate, sign in to the sample service
// with password and SMS code, sign out. Once without JavaScript under the full CSP, and at both widths
// in both languages with the accessibility engine on every page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, visitor } from './support/chromium.js';
import { newCitizen } from './support/citizen.js';
import { chooseAddress, fill, press, skipBrowserChecks } from './support/forms.js';
import { activationLink, codesSent, smsCode } from './support/inbox.js';
import { inspect } from './support/inspection.js';
import { settings } from './support/settings.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const ADDRESS = { province: /Bắc Ninh/, ward: /Bắc Giang/ };

async function walk(visit) {
  const { page, context, language } = visit;
  const citizen = newCitizen();
  const say = (path) => `${settings.issuer}${path}?ui_locales=${language}`;

  await page.goto(say('/register/citizen'));
  await inspect(visit, 'register');
  await skipBrowserChecks(page);
  await press(page, 'password_confirmation');
  await page.locator('#full_name').waitFor();
  assert.ok((await page.locator('[aria-invalid="true"]').count()) >= 6, 'every empty field is marked');
  await inspect(visit, 'register-mistakes');

  const { password, ...typed } = citizen;
  await fill(page, typed);
  await chooseAddress(page, ADDRESS);
  for (const [name, value] of Object.entries(typed)) assert.equal(await page.locator(`#${name}`).inputValue(), value, `${name} is kept`);
  await inspect(visit, 'register-filled');
  await fill(page, { password, password_confirmation: password });
  await press(page, 'password_confirmation');
  assert.equal(await page.locator('#full_name').count(), 0, `registered, not asked again: ${await mistakes(page)}`);
  await inspect(visit, 'registered');

  await page.goto(`${settings.issuer}/demo/inbox?lang=${language}`);
  const link = await activationLink(context, citizen.email);
  await page.reload();
  await inspect(visit, 'inbox');

  // A sign-in before the activation is refused.
  await page.goto(say('/sign-in'));
  await inspect(visit, 'sign-in');
  await fill(page, { username: citizen.username, password });
  await press(page, 'password');
  assert.equal(await page.locator('#code').count(), 0, 'no code before the activation');
  await inspect(visit, 'sign-in-not-activated');

  await page.goto(link);
  await inspect(visit, 'activate');
  // The browser that registered is known by its cookie and need not repeat the password.
  if (await page.locator('#password').count()) await fill(page, { password });
  await page.locator('#submit').click();
  await page.waitForLoadState('load');
  await inspect(visit, 'activated');
  await page.goto(link);
  await inspect(visit, 'activation-link-used');

  await page.goto(`${settings.service}/?lang=${language}`);
  await inspect(visit, 'service');
  await page.locator('header a[href="/sign-in"]').click();
  await page.locator('#username').waitFor();
  await inspect(visit, 'service-sign-in');
  await fill(page, { username: citizen.username, password: `${password}x` });
  await press(page, 'password');
  assert.equal(await page.locator('#code').count(), 0, 'a wrong password leads nowhere');
  await inspect(visit, 'sign-in-refused');
  const already = await codesSent(context, citizen.phone);
  await fill(page, { username: citizen.username, password });
  await press(page, 'password');
  await page.locator('#code').waitFor();
  await inspect(visit, 'code');
  const code = await smsCode(context, citizen.phone, already);
  await fill(page, { code: code === '000000' ? '000001' : '000000' });
  await press(page, 'code');
  await page.locator('#code').waitFor();
  await inspect(visit, 'code-refused');
  await fill(page, { code });
  await press(page, 'code');
  await page.locator('button[name="decision"][value="allow"]').waitFor();
  assert.equal(await page.locator('button[name="decision"][value="deny"]').count(), 1);
  await inspect(visit, 'consent');
  await page.locator('button[name="decision"][value="allow"]').click();
  await page.waitForURL(`${settings.service}/**`);
  assert.match(await page.locator('h1').innerText(), new RegExp(citizen.full_name), 'the service greets the person by name');
  assert.match(await page.locator('table').innerText(), new RegExp(citizen.email));
  await inspect(visit, 'service-signed-in');

  // Single sign-on: a second visit is not asked anything.
  await page.goto(`${settings.service}/sign-in`);
  assert.ok(page.url().startsWith(settings.service), `straight back, not ${page.url()}`);
  await page.locator('form[action="/refresh"] button').click();
  await page.waitForURL(`${settings.service}/`);
  assert.match(await page.locator('[role="status"]').innerText(), language === 'vi' ? /làm mới/ : /Refreshed/);

  // The pages of one's own account, in the session that the service's sign-in began.
  for (const [name, path] of [['services', '/account/services'], ['sessions', '/account/sessions'], ['password', '/account/password']]) {
    await page.goto(say(path));
    assert.equal(await page.locator('#username').count(), 0, `${name} is shown, not the sign-in page`);
    await inspect(visit, name);
  }
  await page.goto(`${settings.service}/`);

  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForLoadState('load');
  if (!page.url().startsWith(settings.service)) {
    await inspect(visit, 'sign-out');
    await page.locator('#confirm').click();
  }
  await page.waitForURL(`${settings.service}/**`);
  assert.match(await page.locator('[role="status"]').innerText(), language === 'vi' ? /đăng xuất/ : /signed out/);
  await inspect(visit, 'service-signed-out');
  await page.locator('header a[href="/sign-in"]').click();
  await page.locator('#username').waitFor();
  assert.deepEqual(visit.complaints, []);
}

async function mistakes(page) {
  return (await page.locator('[aria-invalid="true"]').evaluateAll((all) => all.map(({ name }) => name))).join(', ');
}

async function through(options) {
  const visit = await visitor(browser, options);
  try {
    await walk(visit);
  } finally {
    await visit.context.close();
  }
}

describe('without JavaScript, under the full content security policy', () => {
  test('a citizen goes from registration to a service and out again, in Vietnamese on a phone', () =>
    through({ width: 360, language: 'vi', scripts: false }));
  test('and in English on a desktop', () => through({ width: 1280, language: 'en', scripts: false }));
});

describe('every page is accessible and fits', () => {
  for (const width of [360, 1280]) {
    for (const language of ['vi', 'en']) {
      test(`at ${width} px in ${language === 'vi' ? 'Vietnamese' : 'English'}`, () => through({ width, language, scripts: true }));
    }
  }
});

describe('pages beside the road', () => {
  const beside = [
    ['home', '/'],
    ['register-class', '/register'],
    ['register-business', '/register/business'],
    ['register-organisation', '/register/organisation'],
    ['sign-in-help', '/sign-in/help'],
    ['not-found', '/no-such-page'],
    ['authorization-refused', '/authorize?client_id=nobody'],
    ['activation-link-unknown', '/activate?token=unknown'],
    ['sign-out-without-session', '/sign-out'],
  ];
  for (const [name, path] of beside) {
    test(`${name} is accessible and fits`, async () => {
      for (const width of [360, 1280]) {
        for (const language of ['vi', 'en']) {
          const visit = await visitor(browser, { width, language, scripts: true });
          await visit.page.goto(`${settings.issuer}${path}${path.includes('?') ? '&' : '?'}ui_locales=${language}`);
          await inspect(visit, name);
          await visit.context.close();
        }
      }
    });
  }
});

describe('a business registers', () => {
  for (const width of [360, 1280]) {
    for (const language of ['vi', 'en']) {
      test(`with mistakes, then without, at ${width} px in ${language}`, async () => {
        const visit = await visitor(browser, { width, language, scripts: true });
        const { page } = visit;
        const { email, phone, username, password, street } = newCitizen();
        await page.goto(`${settings.issuer}/register/business?ui_locales=${language}`);
        await skipBrowserChecks(page);
        await press(page, 'password_confirmation');
        await page.locator('#business_name').waitFor();
        assert.ok((await page.locator('[aria-invalid="true"]').count()) >= 6, 'every empty field is marked');
        await inspect(visit, 'register-business-mistakes');
        await fill(page, { business_name: 'Hợp tác xã Vải thiều Lục Ngạn', business_code: '9900000016-007', street, username, email, phone });
        await chooseAddress(page, ADDRESS);
        await fill(page, { password, password_confirmation: password });
        await press(page, 'password_confirmation');
        assert.equal(await page.locator('#business_name').count(), 0, `registered, not asked again: ${await mistakes(page)}`);
        await inspect(visit, 'registered-business');
        await visit.context.close();
      });
    }
  }
});

describe('the sample service beside the road', () => {
  for (const [name, path] of [['service-not-found', '/no-such-page'], ['service-unknown-state', '/callback?code=a&state=b']]) {
    test(`${name} is accessible and fits`, async () => {
      for (const width of [360, 1280]) {
        for (const language of ['vi', 'en']) {
          const visit = await visitor(browser, { width, language, scripts: true });
          await visit.page.goto(`${settings.service}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
          await inspect(visit, name);
          await visit.context.close();
        }
      }
    });
  }
});

describe('an answer by form_post', () => {
  test('is sent by the page itself, under its own content security policy', async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const request = new URL(`${settings.issuer}/authorize`);
      request.search = new URLSearchParams({
        client_id: 'sample-service',
        redirect_uri: `${settings.service}/callback`,
        response_type: 'code',
        response_mode: 'form_post',
        scope: 'openid',
        prompt: 'none',
        state: 'state-of-the-test',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      const posted = page.waitForRequest((sent) => sent.url() === `${settings.service}/callback` && sent.method() === 'POST');
      await page.goto(request.href);
      const fields = new URLSearchParams((await posted).postData());
      assert.equal(fields.get('error'), 'login_required');
      assert.equal(fields.get('state'), 'state-of-the-test');
      assert.equal(fields.get('iss'), settings.issuer);
    } finally {
      await context.close();
    }
  });
});
