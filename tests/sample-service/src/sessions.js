// Who sits at which browser: kept in memory under a random cookie, gone when the service stops.
import { randomBytes, timingSafeEqual } from 'node:crypto';

const NAME = 'mau-session';
const IDLE_MS = 30 * 60 * 1000;
const PENDING_AT_ONCE = 5;
const FORM_LIMIT = 4096;

export class Sessions {
  #kept = new Map();
  #secure;

  constructor(secure) {
    this.#secure = secure;
  }

  // A visitor without a cookie gets a session object, but no cookie until there is something to keep.
  of(request, response) {
    this.#sweep();
    const id = cookie(request, NAME);
    const session = (id && this.#kept.get(id)) || { response };
    session.usedAt = Date.now();
    session.response = response;
    return session;
  }

  remember(session, pending) {
    if (!session.id) this.#keep(session);
    session.pending = [...(session.pending ?? []), pending].slice(-PENDING_AT_ONCE);
  }

  takePending(session, state) {
    const found = session.pending?.find((pending) => same(pending.state, state ?? ''));
    if (found) session.pending = session.pending.filter((pending) => pending !== found);
    return found;
  }

  replace(request, response) {
    this.#kept.delete(cookie(request, NAME));
    return this.#keep({ response, usedAt: Date.now() });
  }

  // The form's token proves that the button was pressed on our page (SameSite=Lax is the second lock).
  async sameForm(request, session) {
    let body = '';
    for await (const chunk of request) {
      body += chunk;
      if (body.length > FORM_LIMIT) return false;
    }
    return Boolean(session.formToken) && same(session.formToken, new URLSearchParams(body).get('form_token') ?? '');
  }

  #keep(session) {
    session.id = randomBytes(32).toString('base64url');
    session.formToken = randomBytes(32).toString('base64url');
    this.#kept.set(session.id, session);
    const secure = this.#secure ? '; Secure' : '';
    session.response.appendHeader('set-cookie', `${NAME}=${session.id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
    return session;
  }

  #sweep() {
    const oldest = Date.now() - IDLE_MS;
    for (const [id, session] of this.#kept) if (session.usedAt < oldest) this.#kept.delete(id);
  }
}

export function cookie(request, name) {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

function same(a, b) {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
