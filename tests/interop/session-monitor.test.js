// oidc-client-ts watches the session from a page (OpenID Connect Session Management 1.0), in a real Chromium. Provider and
// service are both on `localhost`: one site, as the services of a province under its domain are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { messages, newCode } from './support/inbox.js';
import { settings } from './support/settings.js';

const LIBRARY = readFileSync(join(dirname(createRequire(import.meta.url).resolve('oidc-client-ts')), '../browser/oidc-client-ts.min.js'));
const SERVICE = new URL(settings.redirectUri).origin;
const PATIENCE_MS = 30_000;

// Nothing is bent to our provider: the address of the frame comes from discovery.
const PAGE = `<!doctype html><title>service</title><body><script src="/oidc-client-ts.js"></script><script>
  window.heard = []; window.events = [];
  addEventListener('message', ({ data, origin }) => { if (origin === ${JSON.stringify(settings.issuer)}) heard.push(data); });
  window.manager = new oidc.UserManager({
    authority: ${JSON.stringify(settings.issuer)}, client_id: ${JSON.stringify(settings.clientId)},
    client_secret: ${JSON.stringify(settings.clientSecret)}, client_authentication: 'client_secret_basic',
    redirect_uri: ${JSON.stringify(settings.redirectUri)}, silent_redirect_uri: ${JSON.stringify(settings.redirectUri)},
    response_type: 'code', scope: 'openid', monitorSession: true, checkSessionIntervalInSeconds: 1, automaticSilentRenew: false,
  });
  for (const name of ['UserSignedOut', 'UserSignedIn', 'UserSessionChanged']) manager.events['add' + name](() => events.push(name));
  if (window.parent !== window) void manager.signinSilentCallback();
</script>`;

async function serve(port, host, answer) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    answer(new URL(request.url, `http://${host}:${port}`), response, body);
  });
  await new Promise((done, failed) => server.once('error', failed).listen(port, host, done));
  return { origin: `http://${host}:${server.address().port}`, stop: () => (server.close(), server.closeAllConnections()) };
}

const html = (response, body) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);

describe('a page that watches the session', () => {
  let browser, service, foreign, context, page;
  const posted = [];

  before(async () => {
    if (!process.env.CHROMIUM) throw new Error('Run `cargo xtask test interop`, which sets CHROMIUM.');
    service = await serve(Number(new URL(SERVICE).port), 'localhost', (url, response, body) => {
      if (url.pathname === '/oidc-client-ts.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(LIBRARY);
      if (body) posted.push(new URLSearchParams(body));
      return html(response, body ? '<title>posted</title>' : PAGE);
    });
    // Another site than `localhost`, which nobody registered.
    foreign = await serve(0, '127.0.0.1', (url, response) => {
      html(response, `<!doctype html><title>foreign</title><iframe src="${url.searchParams.get('frame') ?? 'about:blank'}"></iframe>`);
    });
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage'],
    });
    context = await browser.newContext({ locale: 'vi-VN' });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  after(async () => {
    await browser?.close();
    service?.stop();
    foreign?.stop();
  });

  async function signIn(tab, { username, password }) {
    const earlier = await messages();
    await tab.locator('#username').fill(username);
    await tab.locator('#password').fill(password);
    await tab.locator('form', { has: tab.locator('#password') }).locator('#submit').click();
    await tab.locator('main[data-page=code]').waitFor();
    await tab.locator('#code').fill(await newCode(earlier));
    await tab.locator('form', { has: tab.locator('#code') }).first().locator('#submit').click();
  }

  // A page that holds `address` in a frame: what the browser refused there, and the frame's title if it has one.
  async function framedBy(origin, address) {
    const tab = await context.newPage();
    const refused = [];
    tab.on('console', (message) => /frame-ancestors|X-Frame-Options/.test(message.text()) && refused.push(message.text()));
    await tab.goto(`${origin}/`);
    await tab.evaluate((src) => new Promise((done) => {
      document.body.append(Object.assign(document.createElement('iframe'), { name: 'framed', src, onload: done }));
    }), address);
    // A refused frame is replaced by a page of the browser's own.
    const frame = () => tab.frames().find((one) => one !== tab.mainFrame());
    const title = await frame()?.title().catch(() => undefined);
    return { tab, refused, title };
  }

  test('hears that nothing has changed while nothing has', async () => {
    await page.goto(SERVICE);
    await page.evaluate(() => void window.manager.signinRedirect());
    await page.locator('main[data-page=sign-in]').waitFor();
    await signIn(page, settings.citizen);
    // Asked once: a test before may have agreed already.
    const arrived = page.waitForURL(`${settings.redirectUri}?**`);
    await Promise.race([arrived, page.locator('main[data-page=consent]').waitFor().catch(() => {})]);
    if (page.url().startsWith(settings.issuer)) await page.locator('[name=decision][value=allow]').click().catch(() => {});
    await arrived;
    const state = await page.evaluate(async () => (await window.manager.signinRedirectCallback()).session_state);
    assert.match(state, /^[\w-]{43}\.[\w-]{43}$/);
    await page.waitForFunction(() => window.heard.length >= 3);
    assert.deepEqual(new Set(await page.evaluate(() => window.heard)), new Set(['unchanged']));
  });

  test('is told “error” for what is no question, and nothing for a question of another frame', async () => {
    const answers = await page.evaluate(async (issuer) => {
      const frame = [...document.querySelectorAll('iframe')].find((one) => one.src.startsWith(issuer));
      const got = [];
      for (const question of ['', 'x', 'client state', 'client a.b c', 17, null, { a: 1 }]) {
        window.heard.length = 0;
        frame.contentWindow.postMessage(question, issuer);
        while (!window.heard.some((one) => one !== 'unchanged')) await new Promise((done) => setTimeout(done, 20));
        got.push(window.heard.find((one) => one !== 'unchanged'));
      }
      return got;
    }, settings.issuer);
    assert.deepEqual(new Set(answers), new Set(['error']));
  });

  // security: row 35
  test('is framed by its own service alone', async () => {
    const check = `${settings.issuer}/session/check`;
    const own = await framedBy(SERVICE, check);
    assert.deepEqual(own.refused, []);
    assert.ok(own.title);
    const theirs = await framedBy(foreign.origin, check);
    assert.equal(theirs.refused.length, 1, `${theirs.refused}`);
    assert.match(theirs.refused[0], /frame-ancestors 'none'/);
    const heard = await theirs.tab.evaluate(async () => {
      const got = [];
      addEventListener('message', ({ data }) => got.push(data));
      for (const one of document.querySelectorAll('iframe')) one.contentWindow.postMessage('sample-service a.b', '*');
      await new Promise((done) => setTimeout(done, 1000));
      return got;
    });
    assert.deepEqual(heard, []);
    for (const path of ['/sign-in', '/sign-out', '/account', '/']) {
      const { refused, tab } = await framedBy(SERVICE, `${settings.issuer}${path}`);
      assert.equal(refused.length, 1, path);
      await tab.close();
    }
    await Promise.all([own.tab.close(), theirs.tab.close()]);
  });

  // security: row 35
  test('a silent answer by form arrives in a frame of its service, and in no other', async () => {
    const asked = new URL(`${settings.issuer}/authorize`);
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    for (const [name, value] of Object.entries({
      client_id: settings.clientId, redirect_uri: settings.redirectUri, response_type: 'code', scope: 'openid', state: 'framed',
      nonce: 'n', code_challenge: challenge, code_challenge_method: 'S256', response_mode: 'form_post', prompt: 'none',
    })) asked.searchParams.set(name, value);
    const own = await framedBy(SERVICE, asked.href);
    const deadline = Date.now() + PATIENCE_MS;
    while (posted.length === 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
    assert.equal(posted[0]?.get('state'), 'framed', `${own.refused}`);
    assert.ok(posted[0].get('code') && posted[0].get('session_state'));
    const theirs = await framedBy(foreign.origin, asked.href);
    assert.equal(theirs.refused.length, 1);
    assert.equal(posted.length, 1);
    await Promise.all([own.tab.close(), theirs.tab.close()]);
  });

  test('hears that the person signed out in another window', async () => {
    // The library stopped asking when it heard “error”; a page that is loaded again begins anew.
    await page.goto(SERVICE);
    await page.waitForFunction(() => window.heard.includes('unchanged'));
    const other = await context.newPage();
    await other.goto(`${settings.issuer}/sign-out`);
    await other.locator('form[action^="/sign-out/confirm"] button[type=submit]').click();
    await other.locator('main[data-page=signed-out]').waitFor();
    await page.waitForFunction(() => window.events.length > 0);
    assert.deepEqual(await page.evaluate(() => window.events), ['UserSignedOut']);
    assert.ok((await page.evaluate(() => window.heard)).includes('changed'));
    await other.close();
  });
});
