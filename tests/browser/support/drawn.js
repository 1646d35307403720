// Every page of the portal as crates/web draws it without a server, served on the loopback with the portal's own files
// and content security policy: what walks seldom meet (an overload, the last try of a code) is seen by a browser too.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { settings } from './settings.js';

const FILE = /^\/([a-z0-9-]+\.(?:css|js|svg))$/;
const PAGE = /^\/([a-z0-9-]+)\.(vi|en)\.html$/;
const KINDS = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

export function drawnPages() {
  const pages = readdirSync(settings.drawn).map((file) => PAGE.exec(`/${file}`)).filter(Boolean);
  return [...new Set(pages.map(([, name]) => name))].sort();
}

export async function serveDrawnPages() {
  const server = createServer((request, response) => {
    const { origin, pathname } = new URL(request.url, `http://${request.headers.host}`);
    answer(origin, pathname).then(
      ({ status = 200, headers, body }) => response.writeHead(status, headers).end(body),
      (error) => response.writeHead(404, { 'content-type': 'text/plain' }).end(error.message),
    );
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://localhost:${server.address().port}`,
    close: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

async function answer(origin, path) {
  if (PAGE.test(path)) return page(origin, path);
  if (FILE.test(path)) return file(join(settings.drawn, path));
  // The script of an address has a hash in its name; its lists are asked of the running portal.
  if (path.startsWith('/assets/address-')) return file(join(settings.drawn, 'address.js'));
  if (path.startsWith('/places/')) {
    const list = await fetch(`${settings.issuer}${path}`);
    return { status: list.status, headers: { 'content-type': 'application/json' }, body: await list.text() };
  }
  throw new Error(`nothing at ${path}`);
}

function file(path) {
  return { headers: { 'content-type': `${KINDS[path.split('.').at(-1)]}; charset=utf-8` }, body: readFileSync(path) };
}

function page(origin, path) {
  let body = readFileSync(join(settings.drawn, path), 'utf8');
  const policy = policyOf(body, origin);
  // Pages that send themselves to a service would be gone before they are looked at, and the services whose frames a
  // page holds are not there: walks and stories see both.
  body = body.replace(/<script>[^<]*<\/script>|<meta http-equiv="refresh"[^>]*>|<iframe[^>]*><\/iframe>/g, '');
  return { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, body };
}

// As crates/web/src/edge/headers.rs writes it: the one script that the page names, and lists where it has an address.
function policyOf(html, origin) {
  const [, address] = /<script src="([^"]+)"/.exec(html) ?? [];
  const [, text] = /<script>([^<]*)<\/script>/.exec(html) ?? [];
  const hash = text && createHash('sha256').update(text).digest('base64');
  return [
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'",
    address && `script-src ${new URL(address, origin)}`,
    hash && `script-src 'sha256-${hash}'`,
    html.includes('data-address') && "connect-src 'self'",
    "frame-ancestors 'none'; base-uri 'none'",
  ].filter(Boolean).join('; ');
}
