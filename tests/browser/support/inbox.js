// The citizen's mailbox and phone: the demo inbox, as JSON; that of the portal, or of the `at` that is named.
import { settings } from './settings.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

export const activationLink = (context, email) => mailedLink(context, email, '/activate');

// The link to the page `path` of the portal, in the newest mail that has one.
export async function mailedLink(context, email, path) {
  const linkIn = ({ text }) => text.match(/https?:\/\/\S+/g)?.find((url) => url.startsWith(`${settings.issuer}${path}?`));
  const message = await waitFor(context, (found) => found.channel === 'email' && found.to === email && linkIn(found), 0);
  return linkIn(message).replace(/[).,>]+$/, '');
}

// The code in the newest mail to `email` that has one.
export async function mailedCode(context, email) {
  const codeIn = ({ text }) => /^\d{6}$/m.exec(text)?.[0];
  return codeIn(await waitFor(context, (found) => found.channel === 'email' && found.to === email && codeIn(found), 0));
}

export async function codesSent(context, phone, at) {
  return (await read(context, at)).filter((message) => isCode(message, phone)).length;
}

// The code of the SMS that follows the first `already`.
export async function smsCode(context, phone, already, at) {
  const message = await waitFor(context, (found) => isCode(found, phone), already, at);
  return /\b(\d{6})\b/.exec(message.text)[1];
}

function isCode(message, phone) {
  return message.channel === 'sms' && message.to === `+84${phone.slice(1)}` && /\b\d{6}\b/.test(message.text);
}

async function waitFor(context, wanted, already, at) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = (await read(context, at)).filter(wanted);
    if (found.length > already) return found.sort((a, b) => `${a.sent_at}`.localeCompare(`${b.sent_at}`)).at(-1);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  throw new Error('the expected message did not arrive in the demo inbox');
}

async function read(context, at = settings.issuer) {
  const response = await context.request.get(`${at}/demo/inbox`, { headers: { accept: 'application/json' } });
  if (!response.ok()) throw new Error(`/demo/inbox answered ${response.status()}`);
  return response.json();
}
