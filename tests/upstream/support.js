// What walks to a national portal and back have in common.
import assert from 'node:assert/strict';
import { settings } from '../browser/support/settings.js';
import { inspect } from '../browser/support/inspection.js';

export const upstream = process.env.UPSTREAM_URL;
if (!upstream) throw new Error('Run `cargo xtask test upstream`, which starts what these walks need.');

export const VISITS = [360, 1280].flatMap((width) => ['vi', 'en'].map((language) => ({ width, language })));

// At the service "Đăng nhập", and on our page the button of the national portal; up to its first page, or past it.
export async function leave(visit, { look = false, by = '#by-vnconnect' } = {}) {
  const { page, language } = visit;
  await page.goto(`${settings.service}/?lang=${language}`);
  await page.locator('header a[href="/sign-in"]').click();
  await page.locator(by).waitFor();
  if (look) await inspect(visit, 'upstream-sign-in');
  await page.locator(by).click();
  await page.waitForURL(({ origin }) => origin !== new URL(settings.issuer).origin);
}

// The person agrees that the service may know who they are, where they are asked: once.
export async function agree(page) {
  const allow = page.locator('button[name="decision"][value="allow"]');
  await allow.or(page.locator('form[action="/sign-out"]')).first().waitFor();
  if (await allow.count()) await allow.click();
  await page.waitForURL(`${settings.service}/**`);
}

// What the service was told, by the names of the claims.
export async function told(page) {
  await page.waitForURL(`${settings.service}/**`);
  const rows = await page.locator('table tbody tr').evaluateAll((all) =>
    all.map((row) => [row.querySelector('th code').textContent, row.querySelector('td').textContent.trim()]));
  assert.notEqual(rows.length, 0, `signed in at the service: ${await page.locator('main').innerText()}`);
  return Object.fromEntries(rows);
}

// Signs out at the service; up to a page of the national portal, or what comes after it.
export async function signOutAtTheService(page) {
  await page.locator('form[action="/sign-out"] button').click();
}

export async function seeSignedOut(page, language) {
  await page.getByRole('status').filter({ hasText: language === 'vi' ? 'Bạn đã đăng xuất' : 'You are signed out' }).waitFor();
  assert.ok(page.url().startsWith(settings.service), `back at the service, not ${page.url()}`);
}
