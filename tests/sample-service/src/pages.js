// The two pages, as HTML. Every value from outside goes through `safe`.

export function homePage(visit, notice) {
  const { session, texts } = visit;
  return layout(visit, texts.title, `
    ${notice ? `<p class="notice" role="status">${safe(notice)}</p>` : ''}
    ${session.person ? signedIn(session, texts) : welcome(texts)}`);
}

export function problemPage(visit, reason) {
  const { texts } = visit;
  const known = Object.hasOwn(texts.problems, reason);
  const [title, advice] = texts.problems[known ? reason : 'other'];
  return layout(visit, title, `
    <section class="card problem">
      <h1>${safe(title)}</h1>
      <p>${safe(advice)}</p>
      ${known ? '' : `<p>${safe(texts.errorCode)}: <code>${safe(reason)}</code></p>`}
      <p class="actions"><a class="button" href="/sign-in">${safe(texts.again)}</a> <a href="/">${safe(texts.home)}</a></p>
    </section>`);
}

function welcome(texts) {
  const cards = texts.serviceList
    .map(([name, about]) => `<li class="card"><h3>${safe(name)}</h3><p>${safe(about)}</p></li>`)
    .join('');
  return `
    <section class="hero">
      <h1>${safe(texts.welcome)}</h1>
      <p class="lead">${safe(texts.lead)}</p>
      <p class="actions"><a class="button" href="/sign-in">${safe(texts.signInLong)}</a></p>
    </section>
    <section aria-labelledby="services">
      <h2 id="services">${safe(texts.services)}</h2>
      <ul class="cards">${cards}</ul>
    </section>`;
}

// The table's roles are written out because on a phone its rows become blocks, which would hide them.
function signedIn(session, texts) {
  const { person } = session;
  const name = person.userinfo.name ?? person.idClaims.name;
  const rows = claims(person).map(([key, value, source]) => `
        <tr role="row">
          <th scope="row" role="rowheader">${texts.claimNames[key] ? `${safe(texts.claimNames[key])} ` : ''}<code>${safe(key)}</code></th>
          <td role="cell">${shown(key, value, texts)}</td>
          <td role="cell">${safe(texts.sources[source])}</td>
        </tr>`).join('');
  return `
    <section class="hero">
      <h1>${name ? safe(texts.greeting(name)) : safe(texts.greetingUnnamed)}</h1>
      <p class="lead">${safe(texts.signedInLead)}</p>
      ${person.refreshToken ? `
      <form method="post" action="/refresh" class="actions">
        <input type="hidden" name="form_token" value="${safe(session.formToken)}">
        <button class="button" type="submit">${safe(texts.refresh)}</button>
        <span class="hint">${safe(texts.refreshHint)}</span>
      </form>` : ''}
    </section>
    <section>
      <h2 id="claims">${safe(texts.claims)}</h2>
      <table role="table" aria-labelledby="claims">
        <thead role="rowgroup"><tr role="row">${texts.columns.map((column) => `<th scope="col" role="columnheader">${safe(column)}</th>`).join('')}</tr></thead>
        <tbody role="rowgroup">${rows}</tbody>
      </table>
    </section>`;
}

// The person first (userinfo), the token's bookkeeping after.
function claims({ idClaims, userinfo }) {
  const both = (key) => JSON.stringify(idClaims[key]) === JSON.stringify(userinfo[key]);
  return [
    ...Object.entries(userinfo).map(([key, value]) => [key, value, key in idClaims && both(key) ? 'both' : 'userinfo']),
    ...Object.entries(idClaims).filter(([key]) => !(key in userinfo && both(key))).map(([key, value]) => [key, value, 'id']),
  ];
}

const MOMENTS = new Set(['iat', 'exp', 'auth_time', 'updated_at', 'nbf']);

function shown(key, value, texts) {
  if (MOMENTS.has(key) && Number.isFinite(value)) {
    const moment = new Date(value * 1000);
    const local = moment.toLocaleString(texts.htmlLang === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh' });
    return `<time datetime="${moment.toISOString()}">${safe(local)}</time>`;
  }
  if (typeof value === 'boolean') return safe(value ? texts.yes : texts.no);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return safe(value.join(', '));
  if (value && typeof value === 'object') {
    return `<dl>${Object.entries(value).map(([part, inner]) => `<div><dt>${safe(part)}</dt><dd>${shown(part, inner, texts)}</dd></div>`).join('')}</dl>`;
  }
  return safe(String(value));
}

function layout({ texts, url, session }, title, main) {
  const { code, name, label } = texts.otherLanguage;
  const here = ['/', '/sign-in'].includes(url.pathname) ? '/' : url.pathname;
  const account = session.person
    ? `<form method="post" action="/sign-out">
          <input type="hidden" name="form_token" value="${safe(session.formToken)}">
          <button class="link" type="submit">${safe(texts.signOut)}</button>
        </form>`
    : `<a class="button" href="/sign-in">${safe(texts.signIn)}</a>`;
  return `<!doctype html>
<html lang="${texts.htmlLang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${safe(title === texts.title ? title : `${title} · ${texts.title}`)}</title>
  <link rel="stylesheet" href="/style.css">
  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
</head>
<body>
  <a class="skip" href="#main">${safe(texts.skip)}</a>
  <header>
    <div class="wide bar">
      <a class="brand" href="/"><span class="mark" aria-hidden="true">◆</span><span><strong>${safe(texts.title)}</strong><small>${safe(texts.tagline)}</small></span></a>
      <nav aria-label="${safe(texts.navigation)}">
        <a href="${safe(here)}?lang=${code}" lang="${code}" hreflang="${code}" title="${safe(label)}">${safe(name)}</a>
        ${account}
      </nav>
    </div>
  </header>
  <main id="main" class="wide" tabindex="-1">${main}
  </main>
  <footer><div class="wide">${safe(texts.footer)}</div></footer>
</body>
</html>
`;
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function safe(text) {
  return String(text).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}
