// The demo's inbox, read as JSON: what the person would find on the phone and in the mailbox.
import { settings } from './settings.js';

const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;

export async function messages() {
  const response = await fetch(`${settings.issuer}/demo/inbox`, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`/demo/inbox answered ${response.status}; is the provider started with --demo?`);
  return response.json();
}

// Waits for an SMS that was not there `before` and gives its six digits.
export async function newCode(before) {
  const seen = new Set(before.map((message) => JSON.stringify(message)));
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const fresh = (await messages()).filter((message) => message.channel === 'sms' && !seen.has(JSON.stringify(message)));
    const code = fresh.map((message) => /\b(\d{6})\b/.exec(message.text)?.[1]).find(Boolean);
    if (code) return code;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  throw new Error('no SMS with a code arrived in the demo inbox');
}
