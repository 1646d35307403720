// nginx as docs/guide/relying-party/nginx.md has it, in a real Chromium: the application behind it knows nothing of OpenID
// Connect and believes one header.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { clientsOf, eventually, issuer, launch, signIn, town, visitor } from './support.js';

const [nginx] = clientsOf('nginx');
const [citizen, neighbour] = town.citizens;
const FULL_NAME = 'Nguyễn Thị Kim Oanh';

describe('nginx with mod_auth_openidc as its gate', () => {
  let browser, context, page, forbidden, application, subject;
  // What reached the application.
  let arrived = [];
  const user = () => page.locator('h1').textContent();

  before(async () => {
    application = createServer(async (request, response) => {
      // Read to its end: who answers before and closes looks to nginx as if it had died.
      let size = 0;
      for await (const part of request) size += part.length;
      arrived.push({ method: request.method, headers: request.headers, size });
      const name = Buffer.from(request.headers['x-name'] ?? '', 'latin1').toString('utf8');
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'last-modified': new Date().toUTCString() })
        .end(`<!doctype html><h1>${request.headers['x-user']}</h1><p>${name}</p>`);
    });
    await new Promise((done) => application.listen(town.application.port, town.application.host, done));
    browser = await launch();
    ({ context, page, forbidden } = await visitor(browser));
  });
  after(async () => {
    await browser?.close();
    application?.closeAllConnections();
    await new Promise((done) => application?.close(done));
  });

  test('lets nobody past who is not signed in, whatever header they send', async () => {
    const headers = { 'x-user': 'me', 'x-name': 'me' };
    const answer = await context.request.get(`${nginx.origin}/a?b=c`, { maxRedirects: 0, headers });
    assert.equal(answer.status(), 302);
    assert.equal(new URL(answer.headers().location).origin, issuer);
    // A script's call (Node says so as a browser does) could not show a sign-in page.
    assert.equal((await fetch(`${nginx.origin}/a`, { redirect: 'manual', headers })).status, 401);
    assert.equal((await fetch(`${nginx.origin}/oauth2/auth`, { redirect: 'manual' })).status, 404, 'the question is nginx’s own');
    assert.deepEqual(arrived, []);
  });

  test('brings a citizen who signed in to the page that was asked for, and tells the application who it is', async () => {
    await page.goto(`${nginx.origin}/records?year=2026`);
    assert.deepEqual(await signIn(page, citizen), ['sign-in', 'code', 'consent']);
    await page.waitForURL(`${nginx.origin}/records?year=2026`);
    subject = await user();
    assert.ok(subject.length > 8 && subject !== 'undefined');
    assert.equal(await page.locator('p').textContent(), FULL_NAME);
    assert.deepEqual(forbidden, []);
  });

  test('takes no header of the browser for the person, and asks the gate nothing but the cookie', async () => {
    await page.setExtraHTTPHeaders({ 'x-user': 'somebody', 'x-name': 'else' });
    assert.equal((await page.reload()).status(), 200);
    assert.equal(await user(), subject);
    assert.equal(await page.locator('p').textContent(), FULL_NAME);
    // Conditions and parts are the application's to answer; the gate would say 304 or 416.
    for (const headers of [{ 'if-modified-since': new Date(Date.now() + 1000).toUTCString() }, { range: 'bytes=5-' }, { 'if-none-match': '*' }]) {
      const answer = await context.request.get(`${nginx.origin}/`, { headers });
      assert.equal(answer.status(), 200, JSON.stringify(headers));
    }
    // What is posted arrives whole.
    const posted = await context.request.post(`${nginx.origin}/records`, { data: 'x'.repeat(20_000) });
    assert.equal(posted.status(), 200);
    assert.deepEqual([arrived.at(-1).method, arrived.at(-1).size], ['POST', 20_000]);
    await page.setExtraHTTPHeaders({});
  });

  test('signs out at the portal too, and comes back', async () => {
    await page.goto(`${nginx.redirect_uri}?logout=${encodeURIComponent(nginx.post_logout_redirect_uri)}`);
    await page.waitForURL((url) => url.href.startsWith(nginx.post_logout_redirect_uri));
    assert.equal(await user(), 'undefined', 'on a page for everybody nobody is told');
    await page.goto(`${nginx.origin}/`);
    assert.equal(new URL(page.url()).origin, issuer, 'asked to sign in again');
    assert.equal(await page.locator('main').getAttribute('data-page'), 'sign-in');
  });

  test('ends its session when the portal says that the person left (back channel)', async () => {
    arrived = [];
    await page.goto(`${nginx.origin}/`);
    await signIn(page, neighbour);
    await page.waitForURL(`${nginx.origin}/`);
    assert.notEqual(await user(), subject, 'it is another person now');
    await page.goto(issuer);
    await page.locator('#sign-out').click();
    await eventually(async () => {
      await page.goto(`${nginx.origin}/`);
      return new URL(page.url()).origin === issuer;
    }, 'nginx asks to sign in again');
    assert.deepEqual(forbidden, []);
  });
});
