// Dịch vụ công mẫu: a provincial service that a developer could have written in an afternoon with the
// stock openid-client. It owns nothing but a session; who the person is, Portal ID says.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { Provider } from './src/provider.js';
import { Sessions } from './src/sessions.js';
import { homePage, problemPage } from './src/pages.js';
import { languageOf, textsFor } from './src/texts.js';

const settings = {
  issuer: required('ISSUER'),
  clientId: required('CLIENT_ID'),
  clientSecret: required('CLIENT_SECRET'),
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 8081),
  baseUrl: (process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 8081}`).replace(/\/$/, ''),
};

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`The sample service needs the environment variable ${name}. \`cargo xtask demo\` sets it for you.`);
    process.exit(2);
  }
  return value;
}

const files = {
  '/style.css': ['text/css; charset=utf-8', readFileSync(new URL('./style.css', import.meta.url))],
  '/favicon.svg': ['image/svg+xml', readFileSync(new URL('./favicon.svg', import.meta.url))],
};
const provider = new Provider(settings);
const sessions = new Sessions(new URL(settings.baseUrl).protocol === 'https:');

const routes = {
  'GET /': home,
  'GET /sign-in': signIn,
  'GET /callback': callback,
  'POST /refresh': refresh,
  'POST /sign-out': signOut,
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, settings.baseUrl);
  if (url.pathname === '/healthz') return send(response, 200, 'text/plain; charset=utf-8', 'ok\n');
  if (Object.hasOwn(files, url.pathname)) return send(response, 200, ...files[url.pathname]);

  const language = languageOf(url, request);
  const visit = { request, response, url, language, texts: textsFor(language), session: sessions.of(request, response) };
  if (url.searchParams.has('lang')) {
    response.appendHeader('set-cookie', `mau-lang=${language}; Path=/; SameSite=Lax; Max-Age=31536000`);
  }
  const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`];
  try {
    if (!route) return showProblem(visit, 404, 'not_found');
    await route(visit);
  } catch (error) {
    console.error(`${request.method} ${url.pathname}: ${error.code ?? error.name}: ${error.message}`);
    if (!response.headersSent) showProblem(visit, 502, 'provider_unreachable');
    else response.end();
  }
});

function home(visit) {
  const { session, url, texts } = visit;
  // A sign-out counts only when the provider brings back the state that this browser was sent away with.
  const signedOut = Boolean(session.leaving) && url.searchParams.get('state') === session.leaving;
  if (signedOut) session.leaving = undefined;
  const notice = signedOut ? texts.signedOut : session.notice && texts[session.notice];
  session.notice = undefined;
  send(visit.response, 200, 'text/html; charset=utf-8', homePage(visit, notice));
}

async function signIn(visit) {
  const { redirect, pending } = await provider.start(visit.language);
  sessions.remember(visit.session, pending);
  seeOther(visit.response, redirect.href);
}

async function callback(visit) {
  const { url, session, request, response } = visit;
  const pending = sessions.takePending(session, url.searchParams.get('state'));
  if (!pending) return showProblem(visit, 400, 'unknown_state');
  const answer = await provider.finish(url, pending);
  if (answer.refused) {
    console.error(`sign-in refused: ${answer.refused} ${answer.description ?? ''}`);
    return showProblem(visit, answer.refused === 'access_denied' ? 200 : 400, answer.refused);
  }
  // A new session id at sign-in: whoever knew the old cookie gains nothing.
  const fresh = sessions.replace(request, response);
  fresh.person = answer.person;
  fresh.notice = 'signedIn';
  seeOther(response, `${settings.baseUrl}/`);
}

async function refresh(visit) {
  const { session } = visit;
  if (!(await sessions.sameForm(visit.request, session)) || !session.person) return showProblem(visit, 400, 'stale_form');
  const answer = await provider.refresh(session.person);
  if (answer.refused) {
    session.person = undefined;
    return showProblem(visit, 400, 'refresh_refused');
  }
  session.person = answer.person;
  session.notice = 'refreshed';
  seeOther(visit.response, `${settings.baseUrl}/`);
}

async function signOut(visit) {
  const { session, request, response } = visit;
  if (!(await sessions.sameForm(request, session))) return showProblem(visit, 400, 'stale_form');
  const { person } = session;
  const fresh = sessions.replace(request, response);
  if (!person) return seeOther(response, `${settings.baseUrl}/`);
  const { redirect, state } = await provider.leave(person.idToken, visit.language);
  fresh.leaving = state;
  seeOther(response, redirect.href);
}

function showProblem(visit, status, reason) {
  send(visit.response, status, 'text/html; charset=utf-8', problemPage(visit, reason));
}

function seeOther(response, location) {
  response.writeHead(303, { ...protection(), location }).end();
}

function send(response, status, type, body) {
  response.writeHead(status, { ...protection(), 'content-type': type }).end(body);
}

function protection() {
  return {
    // Chromium applies form-action to the redirects after a POST as well: signing out ends at the provider.
    'content-security-policy':
      `default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${new URL(settings.issuer).origin}`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

server.listen(settings.port, settings.host, () => {
  console.log(`Dịch vụ công mẫu: ${settings.baseUrl} (đăng nhập bằng ${settings.issuer})`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
