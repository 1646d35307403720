// An account's holder on the roads that many walks share: from the form to an activated account, in, and out again.
import { newBusiness, newCitizen } from './citizen.js';
import { chooseAddress, fill, press } from './forms.js';
import { activationLink, codesSent, smsCode } from './inbox.js';
import { settings } from './settings.js';

export const ADDRESS = { province: /Bắc Ninh/, ward: /Bắc Giang/ };

export const at = (path, language = 'vi') => `${settings.issuer}${path}?ui_locales=${language}`;

// A citizen who has registered and activated, in the language of the visit.
export async function activatedCitizen(visit) {
  const citizen = newCitizen();
  await register(visit, '/register/citizen', citizen);
  await activate(visit, citizen);
  return citizen;
}

export async function activatedBusiness(visit) {
  const business = newBusiness();
  await register(visit, '/register/business', business);
  await activate(visit, business);
  return business;
}

async function register({ page, language }, path, { password, ...typed }) {
  await page.goto(at(path, language));
  await fill(page, typed);
  await chooseAddress(page, ADDRESS);
  await fill(page, { password, password_confirmation: password });
  await press(page, 'password_confirmation');
}

// The browser that registered is known by its cookie and need not repeat the password.
export async function activate({ page, context }, { email, password }) {
  await page.goto(await activationLink(context, email));
  if (await page.locator('#password').count()) await fill(page, { password });
  await page.locator('#submit').click();
  await page.locator('[data-page="activated"]').waitFor();
}

// On whatever sign-in page is open.
export async function givePassword(page, { username, password }) {
  await fill(page, { username, password });
  await press(page, 'password');
}

// With password and text message, up to the page that follows.
export async function giveBoth({ page, context }, person) {
  const already = await codesSent(context, person.phone);
  await givePassword(page, person);
  await page.locator('#code').waitFor();
  await fill(page, { code: await smsCode(context, person.phone, already) });
  await press(page, 'code');
}

// To the portal itself, whose home page greets.
export async function signIn(visit, person) {
  await visit.page.goto(at('/sign-in', visit.language));
  await giveBoth(visit, person);
  await visit.page.locator('#account').waitFor();
}

export async function signOut(page) {
  await page.goto(at('/'));
  await page.locator('#sign-out').click();
  await page.waitForLoadState('load');
}

// Whether the portal knows this browser's session: the page of one's sessions, else the sign-in page.
export async function isSignedIn({ page, language }) {
  await page.goto(at('/account/sessions', language));
  return (await page.locator('main').getAttribute('data-page')) === 'sessions';
}
