// The town as its scripts see it: who lives there, what comes to a phone, and two kinds of browser.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { chromium } from 'playwright-core';
import { Browser } from '../support/browser.js';

if (!process.env.TOWN) throw new Error('Run `cargo xtask test stock`, which builds the town and sets TOWN.');
export const town = JSON.parse(readFileSync(process.env.TOWN, 'utf8'));
export const { issuer } = town;

const PATIENCE_MS = 20_000;
const MOST_PAGES = 8;

export const clientsOf = (stack) => town.clients.filter((client) => client.stack === stack);
export const clientNamed = (id) => town.clients.find((client) => client.client_id === id);
export const algorithmOf = (client) => client.metadata.id_token_signed_response_alg ?? 'RS256';
export const methodOf = (client) => client.metadata.token_endpoint_auth_method ?? 'client_secret_basic';

// Every code that a phone got so far.
async function codes(phone) {
  return (await fetch(`${town.codes}/${phone}`)).json();
}

async function newCode(phone, before) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const got = await codes(phone);
    if (got.length > before) return got.at(-1);
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no code came to ${phone}`);
}

// Waits until what is looked at is true: others work while the test runs.
export async function eventually(look, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

// A browser without a screen that stops where the service would be.
export const stoppingAt = (client) => new Browser([client.redirect_uri, client.post_logout_redirect_uri]);

// Answers whatever page comes until the service's address is reached; `seen` tells which pages came.
export async function walk(browser, url, citizen) {
  const seen = [];
  let page = await browser.open(url);
  let before = 0;
  for (let step = 0; step < MOST_PAGES && !page.arrived; step += 1) {
    if (page.form('decision')) {
      seen.push('consent');
      const form = page.form('decision');
      page = await browser.submit(page, form, {}, page.button(form, 'decision', 'allow'));
    } else if (page.form('code')) {
      seen.push('code');
      page = await browser.submit(page, page.form('code'), { code: await newCode(citizen.phone, before) });
    } else if (page.form('password')) {
      seen.push('sign-in');
      before = (await codes(citizen.phone)).length;
      page = await browser.submit(page, page.form('password'), { username: citizen.username, password: citizen.password });
    } else throw new Error(`an unexpected page after ${seen.join(' → ')}: ${page}`);
  }
  if (!page.arrived) throw new Error(`never arrived at the service: ${seen.join(' → ')}, then ${page}`);
  return { callback: page.url, seen };
}

// A real Chromium, which trusts the town's authority because its home says so.
export function launch() {
  return chromium.launch({
    executablePath: town.chromium,
    env: { ...process.env, HOME: town.chromium_home },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
}

// A person's browser: a page, and everything that Chromium forbade on it.
export async function visitor(browser) {
  const context = await browser.newContext({ locale: 'vi-VN' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const forbidden = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Mixed Content|Cross-Origin/i.test(message.text())) forbidden.push(message.text());
  });
  return { context, page, forbidden };
}

// In Chromium: the pages of the portal, from wherever it is now to the service. Gives the names of the pages that came.
export async function signIn(page, citizen, { decision = 'allow' } = {}) {
  const seen = [];
  let before = 0;
  for (let step = 0; step < MOST_PAGES; step += 1) {
    await page.waitForLoadState('load');
    const at = page.url();
    if (new URL(at).origin !== issuer) return seen;
    const name = await page.evaluate(() => document.querySelector('main')?.dataset.page).catch(() => undefined);
    // These pages go on by themselves, perhaps while they were looked at.
    if (!name || name === 'going-back' || name === 'form-post') {
      await page.waitForURL((url) => url.href !== at);
      continue;
    }
    seen.push(name);
    if (name === 'sign-in') {
      before = (await codes(citizen.phone)).length;
      await page.locator('#username').fill(citizen.username);
      await page.locator('#password').fill(citizen.password);
      await submitted(page, () => press(page, 'password'));
    } else if (name === 'code') {
      await page.locator('#code').fill(await newCode(citizen.phone, before));
      await submitted(page, () => press(page, 'code'));
    } else if (name === 'consent') {
      await submitted(page, () => page.locator(`[name="decision"][value="${decision}"]`).click());
    } else throw new Error(`an unexpected page after ${seen.join(' → ')}: ${at}`);
  }
  throw new Error(`never left the portal: ${seen.join(' → ')}`);
}

function press(page, control) {
  return page.locator('form', { has: page.locator(`[name="${control}"]`) }).first().locator('#submit').click();
}

// Does something that leads to another page, and waits until that has come.
async function submitted(page, act) {
  const moved = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await act();
  await moved;
}

// A service of the town at its registered place. The handler gets the request's address and its body's fields.
export async function serve(client, handler) {
  const pair = { cert: readFileSync(town.certificate), key: readFileSync(town.key) };
  const server = createServer(pair, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url, client.origin);
    try {
      await handler({ request, url, fields: new URLSearchParams(body) }, response);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${error.stack ?? error}`);
    }
  });
  await new Promise((done, failed) => server.once('error', failed).listen(client.port, client.host, done));
  return { stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}

export const html = (response, body) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><meta charset="utf-8">${body}`);
export const redirect = (response, to, headers = {}) => response.writeHead(302, { location: `${to}`, ...headers }).end();
