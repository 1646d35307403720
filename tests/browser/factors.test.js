// Authenticator, recovery codes, passkeys in a real Chromium with a virtual authenticator: enrolled on the account's
// pages, used to sign in, every page looked at.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { activatedCitizen, givePassword, signIn, signOut } from './support/account.js';
import { launch, visitor } from './support/chromium.js';
import { fill, press } from './support/forms.js';
import { codesSent } from './support/inbox.js';
import { inspect } from './support/inspection.js';
import { settings } from './support/settings.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const at = (path) => `${settings.issuer}${path}`;

// RFC 6238: what an app shows for the secret at this moment, or `steps` half minutes later.
function appCode(secret, steps = 0) {
  const bits = [...secret.replaceAll(' ', '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac.at(-1) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// A device that unlocks itself and keeps passkeys.
async function withDevice(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

// Whether somebody is at the device. While nobody is, a page that only waits for a passkey to be picked goes on waiting;
// Chromium picks the one there is as soon as somebody is.
const present = ({ cdp, authenticatorId }, enabled) =>
  cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

async function signedIn(visit) {
  const citizen = await activatedCitizen(visit);
  await signIn(visit, citizen);
  return citizen;
}

async function comeBack(page, citizen) {
  await page.goto(at('/sign-in'));
  await givePassword(page, citizen);
}

async function walk(visit) {
  const { page, context } = visit;
  await page.goto(at(`/?lang=${visit.language}`));
  const citizen = await signedIn(visit);
  await inspect(visit, 'home-signed-in');
  await page.locator('#account').click();
  await page.locator('#security').waitFor();
  await inspect(visit, 'account');
  await page.locator('#security').click();
  await page.locator('#add-authenticator').waitFor();
  await inspect(visit, 'security-empty');

  await page.locator('#add-authenticator').click();
  await page.locator('#secret').waitFor();
  assert.equal(await page.locator('svg.qr').count(), 1);
  await inspect(visit, 'add-authenticator');
  const secret = await page.locator('#secret').innerText();
  await fill(page, { code: '1' });
  await press(page, 'code');
  assert.equal(await page.locator('#secret').innerText(), secret, 'the same secret again');
  await inspect(visit, 'add-authenticator-wrong');
  await fill(page, { code: appCode(secret) });
  await press(page, 'code');
  await page.locator('#news').waitFor();
  await inspect(visit, 'security-authenticator');

  await page.locator('#recovery-codes').click();
  await page.locator('#submit').waitFor();
  await inspect(visit, 'make-recovery-codes');
  await page.locator('#submit').click();
  await page.locator('.codes code').first().waitFor();
  await inspect(visit, 'recovery-codes');
  const codes = await page.locator('.codes code').allInnerTexts();
  assert.equal(codes.length, 10);

  const device = await withDevice(context, page);
  await page.goto(at('/account/security/passkey'));
  await page.locator('#name').waitFor();
  await inspect(visit, 'add-passkey');
  await fill(page, { name: 'Chromium' });
  await page.locator('#submit').click();
  await page.locator('#news').waitFor();
  assert.match(await page.locator('main').innerText(), /Chromium/);
  await page.locator('a[href*="passkey/name"]').click();
  await page.locator('#passkey_name').waitFor();
  assert.equal(await page.locator('#passkey_name').inputValue(), 'Chromium');
  await inspect(visit, 'rename-passkey');
  await fill(page, { passkey_name: ' ' });
  await press(page, 'passkey_name');
  await page.locator('#passkey_name-problem').waitFor();
  await inspect(visit, 'rename-passkey-problem');
  await fill(page, { passkey_name: 'Chromium 📱' });
  await press(page, 'passkey_name');
  await page.locator('#news').waitFor();
  assert.match(await page.locator('main').innerText(), /Chromium 📱/);
  await inspect(visit, 'security');
  const { credentials } = await device.cdp.send('WebAuthn.getCredentials', { authenticatorId: device.authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].isResidentCredential, true);

  // A passkey alone.
  await signOut(page);
  await present(device, false);
  await page.goto(at('/sign-in'));
  await page.locator('#use-passkey').waitFor();
  await inspect(visit, 'sign-in-with-passkeys');
  const already = await codesSent(context, citizen.phone);
  await present(device, true);
  await page.locator('#use-passkey').click();
  await page.locator('#account').waitFor();
  await present(device, false);

  // The authenticator as the second step, and from there the other ways.
  await signOut(page);
  await comeBack(page, citizen);
  await page.locator('#by-passkey').waitFor();
  await inspect(visit, 'app-code');
  await fill(page, { code: '12' });
  await press(page, 'code');
  await inspect(visit, 'app-code-malformed');
  await page.locator('#by-sms').click();
  await page.locator('#by-app').waitFor();
  await inspect(visit, 'code-not-sent');
  await page.locator('#by-passkey').click();
  await page.locator('#use-passkey').waitFor();
  await inspect(visit, 'passkey');
  await page.locator('#by-recovery-code').click();
  await page.locator('#code').waitFor();
  await inspect(visit, 'recovery-code');
  await fill(page, { code: codes[0].toUpperCase().replace('-', ' ') });
  await page.locator('#remember').check();
  await press(page, 'code');
  await page.locator('#account').waitFor();
  assert.equal(await codesSent(context, citizen.phone), already, 'no text message was sent');

  // Remembered: the password is enough, but not to change anything.
  await signOut(page);
  await comeBack(page, citizen);
  await page.locator('#account').waitFor();
  await page.goto(at('/account/security'));
  await page.locator('#password').waitFor();
  await inspect(visit, 'confirm');
  await fill(page, { password: citizen.password });
  await press(page, 'password');
  await page.locator('#by-passkey').waitFor();
  // The code of the next half minute is within what a phone's clock may be off, and was not used yet.
  await fill(page, { code: appCode(secret, 1) });
  await press(page, 'code');
  await page.locator('#forget-all').waitFor();
  await inspect(visit, 'security-devices');
  await page.locator('#forget-all').click();
  await page.locator('#news').waitFor();
  assert.equal(await page.locator('#forget-all').count(), 0);
  assert.deepEqual(visit.complaints, []);
}

describe('the ways to sign in, accessible and fitting', () => {
  for (const [width, language] of [[360, 'vi'], [1280, 'en']]) {
    test(`at ${width} px in ${language === 'vi' ? 'Vietnamese' : 'English'}`, async () => {
      const visit = await visitor(browser, { width, language, scripts: true });
      try {
        await walk(visit);
      } finally {
        await visit.context.close();
      }
    });
  }
});

describe('under the full content security policy', () => {
  test('the one script runs, and a passkey is made and used', async () => {
    const context = await browser.newContext({ locale: 'vi-VN' });
    const page = await context.newPage();
    const refused = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
    });
    try {
      const device = await withDevice(context, page);
      await signedIn({ page, context });
      await page.goto(at('/account/security/passkey'));
      await page.locator('#name').waitFor();
      await page.locator('#submit').click();
      await page.locator('#news').waitFor();
      await signOut(page);
      await present(device, false);
      await page.goto(at('/sign-in'));
      assert.equal(await page.locator('#username').getAttribute('autocomplete'), 'username webauthn');
      await page.locator('#use-passkey').waitFor();
      await present(device, true);
      await page.locator('#use-passkey').click();
      await page.locator('#account').waitFor();
      assert.deepEqual(refused, []);
    } finally {
      await context.close();
    }
  });

  test('a passkey that is picked at the field for the name signs in without any button', async () => {
    const context = await browser.newContext({ locale: 'vi-VN' });
    const page = await context.newPage();
    try {
      const device = await withDevice(context, page);
      await signedIn({ page, context });
      await page.goto(at('/account/security/passkey'));
      await page.locator('#name').waitFor();
      await page.locator('#submit').click();
      await page.locator('#news').waitFor();
      await signOut(page);
      await present(device, true);
      await page.goto(at('/sign-in'));
      await page.locator('#account').waitFor();
      assert.match(await page.locator('main').getAttribute('data-page'), /home/);
    } finally {
      await context.close();
    }
  });

  test('a button that is pressed before the browser said whether it can wait is the only thing that asks it', async () => {
    const context = await browser.newContext({ locale: 'vi-VN' });
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    try {
      await page.addInitScript(() => {
        window.asked = [];
        navigator.credentials.get = ({ mediation = 'at once' }) => { window.asked.push(mediation); return new Promise(() => {}); };
        const said = new Promise((can, cannot) => Object.assign(window, { can, cannot }));
        PublicKeyCredential.isConditionalMediationAvailable = () => said;
      });
      for (const answer of ['can', 'cannot']) {
        await page.goto(at('/sign-in'));
        await page.locator('#use-passkey').click();
        const asked = await page.evaluate(async (how) => {
          window[how](true);
          await new Promise((done) => setTimeout(done, 100));
          return window.asked;
        }, answer);
        assert.deepEqual(asked, ['at once'], answer);
      }
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  });

  test('while the page waits for a passkey to be picked, name and password sign in as ever', async () => {
    const context = await browser.newContext({ locale: 'vi-VN' });
    const page = await context.newPage();
    try {
      await present(await withDevice(context, page), false);
      const citizen = await activatedCitizen({ page, context });
      await signIn({ page, context }, citizen);
    } finally {
      await context.close();
    }
  });

  test('a device that does not unlock leaves the person on the page with a word of what to do', async () => {
    const context = await browser.newContext({ locale: 'vi-VN' });
    const page = await context.newPage();
    try {
      const { cdp, authenticatorId } = await withDevice(context, page);
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await page.goto(at('/sign-in'));
      await page.locator('#use-passkey').click();
      await page.locator('[data-problem]:visible').waitFor();
    } finally {
      await context.close();
    }
  });

  test('without JavaScript the button for passkeys is not there', async () => {
    const context = await browser.newContext({ locale: 'vi-VN', javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      await page.goto(at('/sign-in'));
      assert.equal(await page.locator('#use-passkey').isVisible(), false);
      assert.equal(await page.locator('#submit').isVisible(), true);
    } finally {
      await context.close();
    }
  });
});
