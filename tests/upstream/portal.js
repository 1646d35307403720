// A national portal that we did not write: npm oidc-provider in the shape of VNConnect, a WSO2 Identity Server. Its issuer is the
// address of its token endpoint, its metadata are not at the root, clients send their secret in the form, userinfo says who
// somebody is and takes a POST, and people sign in with a number, a password and a code by SMS.
import { createServer } from 'node:http';
import { interactionPolicy, Provider } from 'oidc-provider';
import { codePage, leavePage, leftPage, numberPage, problemPage } from './src/pages.js';
import { bySubject, byNumber, claimNames, CODE } from './src/people.js';

const required = (name) => process.env[name] ?? fail(`set ${name}`);
const fail = (why) => {
  console.error(`error: ${why}`);
  process.exit(1);
};

const port = Number(required('PORT'));
const base = `http://127.0.0.1:${port}`;
const issuer = `${base}/oauth2/token`;
const clients = JSON.parse(required('CLIENTS'));
const METADATA = '/oauth2/token/.well-known/openid-configuration';

// A client that asks for a higher level than the session has sends the person to sign in again, with a key in hardware.
const { Check, Prompt, base: usual } = interactionPolicy;
const policy = usual();
policy.get('login').checks.add(new Check('level', 'a higher level was asked for', ({ oidc }) => {
  const asked = oidc.params.acr_values?.split(' ').includes('LoA3');
  return asked && !oidc.result?.login && oidc.session.acr !== 'LoA3' ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
}));

// The level of each person's newest sign-in, which userinfo tells as `loAs`.
const levels = new Map();

const provider = new Provider(issuer, {
  // Each is an upstream of ours, which is told of at its `address`.
  clients: clients.map(({ client_id, client_secret, address }) => ({
    client_id,
    client_secret,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [`${address}/callback`],
    post_logout_redirect_uris: [`${address}/signed-out`],
    backchannel_logout_uri: `${address}/backchannel-logout`,
    backchannel_logout_session_required: true,
    id_token_signed_response_alg: 'RS256',
  })),
  routes: {
    authorization: '/oauth2/authorize', token: '/oauth2/token', userinfo: '/oauth2/userinfo', jwks: '/oauth2/jwks', end_session: '/oidc/logout',
  },
  scopes: ['openid'],
  claims: { openid: ['sub', ...claimNames], acr: null, amr: null, auth_time: null, sid: null, iss: null },
  acrValues: ['LoA1', 'LoA2', 'LoA3'],
  clientAuthMethods: ['client_secret_post'],
  // As at the real one: no integration sends a code challenge.
  pkce: { required: () => false },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = leavePage(form); },
      postLogoutSuccessSource: (ctx) => { ctx.body = leftPage(); },
    },
  },
  // The library calls no loopback address by itself, and there is nothing else here.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  cookies: { keys: [clients[0].client_secret] },
  interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
  // Nobody is asked whether the province may know who they are.
  loadExistingGrant: async (ctx) => {
    const { client: asking, session, provider: at } = ctx.oidc;
    const grant = new at.Grant({ clientId: asking.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  findAccount: (_, sub) => {
    const person = bySubject(sub);
    const facts = person && { ...person.claims, loAs: levels.get(sub) ?? 'LoA1' };
    return person && { accountId: sub, claims: (use) => (use === 'id_token' ? { sub } : { sub, ...facts }) };
  },
  renderError: (ctx, out) => {
    ctx.type = 'html';
    ctx.body = problemPage(out);
  },
});

provider.on('backchannel.success', () => console.log('told the client that somebody left'));
provider.on('backchannel.error', (_, error) => console.error(`could not tell the client that somebody left: ${error.message}: ${error.cause ?? ""}`));

// Sign-ins that wait for their code.
const waiting = new Map();

async function interaction(request, response, uid, step) {
  const { params, prompt } = await provider.interactionDetails(request, response);
  const show = (html) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
  const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (prompt.name !== 'login') throw new Error(`nothing to do for the prompt ${prompt.name}`);
  if (request.method === 'GET') return show(numberPage(uid));
  const form = await body(request);
  if (step === 'refuse') return finish({ error: 'access_denied', error_description: 'the person would rather not' });
  if (step === 'number') {
    const person = byNumber(form.get('number'));
    if (person?.password !== form.get('password')) return show(numberPage(uid, 'Số hoặc mật khẩu không đúng.'));
    waiting.set(uid, person.sub);
    return show(codePage(uid));
  }
  const sub = waiting.get(uid);
  if (!sub || form.get('code') !== CODE) return show(codePage(uid, 'Mã không đúng.'));
  waiting.delete(uid);
  const level = params.acr_values?.split(' ').includes('LoA3') ? 'LoA3' : 'LoA2';
  levels.set(sub, level);
  return finish({ login: { accountId: sub, acr: level, amr: level === 'LoA3' ? ['hwk', 'mfa'] : ['pwd', 'sms', 'mfa'] } });
}

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

// Walks take the token endpoint away and give it back: POST /test/token with `works=no` or `works=yes`.
let tokenEndpointWorks = true;

// How often programs asked for metadata, by address: GET /test/metadata tells.
const asked = new Map();

const library = provider.callback();
createServer((request, response) => {
  const { pathname } = new URL(request.url, base);
  if (pathname === '/healthz') return response.end('ok');
  const [, uid, step] = /^\/interaction\/([\w-]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
  if (uid) {
    return interaction(request, response, uid, step).catch((error) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(error.message);
    });
  }
  if (pathname === '/test/token' && request.method === 'POST') {
    return body(request).then((form) => {
      tokenEndpointWorks = form.get('works') === 'yes';
      response.end();
    });
  }
  if (pathname === '/test/metadata') {
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(Object.fromEntries(asked)));
  }
  if (pathname.includes('/.well-known/')) asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
  if (pathname === '/oauth2/token' && !tokenEndpointWorks) return response.writeHead(500).end();
  // Where WSO2 has it; the library knows the root alone.
  if (pathname === METADATA) request.url = '/.well-known/openid-configuration';
  else if (pathname.startsWith('/.well-known/')) return response.writeHead(404).end();
  return library(request, response);
}).listen(port, '127.0.0.1', () => console.log(`a national portal listens on ${base}`));
