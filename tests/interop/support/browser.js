// A browser without a screen: keeps cookies, follows redirects one by one, fills the forms that it is
// served (so a missing hidden field fails the test) and stops at addresses that belong to a client.
import { parse } from 'node-html-parser';

const MOST_REDIRECTS = 10;

export class Browser {
  #cookies = new Map();
  #stopAt;

  // `stopAt`: address beginnings (the client's own) that are reported instead of visited.
  constructor(stopAt) {
    this.#stopAt = stopAt;
  }

  async open(url) {
    return this.#go(new URL(url), { method: 'GET' });
  }

  // Without a `button` it is the Enter key: the form's first submit button goes along (HTML, implicit submission).
  async submit(page, form, values, button = defaultButton(form)) {
    const fields = new URLSearchParams();
    for (const control of form.querySelectorAll('input, select, textarea')) {
      const name = control.getAttribute('name');
      const type = (control.getAttribute('type') ?? '').toLowerCase();
      if (!name || ['submit', 'button', 'image', 'file'].includes(type)) continue;
      if (['checkbox', 'radio'].includes(type) && control.getAttribute('checked') === undefined) continue;
      if (name in values) continue;
      fields.append(name, valueOf(control));
    }
    for (const [name, value] of Object.entries(values)) fields.append(name, value);
    if (button?.getAttribute('name')) fields.append(button.getAttribute('name'), button.getAttribute('value') ?? '');
    const action = new URL(form.getAttribute('action') || page.url, page.url);
    if ((form.getAttribute('method') ?? 'get').toLowerCase() === 'get') {
      action.search = fields.toString();
      return this.open(action);
    }
    return this.#go(action, { method: 'POST', body: fields.toString() });
  }

  async #go(url, request) {
    let { method, body } = request;
    for (let hop = 0; hop < MOST_REDIRECTS; hop += 1) {
      const headers = { accept: 'text/html', 'accept-language': 'vi', cookie: this.#sent() };
      if (method === 'POST') {
        headers['content-type'] = 'application/x-www-form-urlencoded';
        headers.origin = url.origin;
      }
      const response = await fetch(url, { method, body, headers, redirect: 'manual' });
      this.#keep(response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || !location) {
        return new Page(url, response.status, await response.text());
      }
      await response.body?.cancel();
      url = new URL(location, url);
      if (this.#stopAt.some((start) => url.href === start || url.href.startsWith(`${start}?`))) {
        return new Page(url, response.status, '', true);
      }
      if (response.status !== 307 && response.status !== 308) [method, body] = ['GET', undefined];
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last to ${url}`);
  }

  #keep(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const gone = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute) || /^expires=.* 1970 /i.test(attribute));
      if (gone) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  #sent() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

export class Page {
  constructor(url, status, text, arrived = false) {
    Object.assign(this, { url, status, text, arrived, document: parse(text) });
  }

  get title() {
    return this.document.querySelector('title')?.textContent.trim() ?? '(no title)';
  }

  // The form that holds a control of this name.
  form(name) {
    return this.document.querySelectorAll('form').find((form) => form.querySelector(`[name="${name}"]`));
  }

  button(form, name, value) {
    return form.querySelectorAll(`[name="${name}"]`).find((button) => button.getAttribute('value') === value);
  }

  toString() {
    return `${this.status} ${this.url.origin}${this.url.pathname} "${this.title}"`;
  }
}

function defaultButton(form) {
  return form.querySelector('button:not([type]), button[type="submit"], input[type="submit"]');
}

function valueOf(control) {
  switch (control.rawTagName.toLowerCase()) {
    case 'textarea':
      return control.textContent;
    case 'select': {
      const options = control.querySelectorAll('option');
      const chosen = options.find((option) => option.getAttribute('selected') !== undefined) ?? options[0];
      return chosen?.getAttribute('value') ?? chosen?.textContent ?? '';
    }
    default:
      return control.getAttribute('value') ?? '';
  }
}
