// A real Chromium, one for all tests, and visitors (contexts) that note whatever a good page never does.
import { chromium } from 'playwright-core';
import { settings } from './settings.js';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

export function launch() {
  if (!settings.chromium) throw new Error('No Chromium found. Run `cargo xtask setup`, or set CHROMIUM to its path.');
  return chromium.launch({ executablePath: settings.chromium, args: FLAGS });
}

// `scripts: false` is the visitor without JavaScript; both are under the full content security policy. A visitor goes to
// the portal, the service and those `beside` alone, or to `site` alone.
export async function visitor(browser, { width, language, scripts, site, beside = [], colours = 'light' }) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 740 : 900 },
    locale: language === 'vi' ? 'vi-VN' : 'en-GB',
    timezoneId: 'Asia/Ho_Chi_Minh',
    javaScriptEnabled: scripts,
    colorScheme: colours,
    reducedMotion: 'reduce',
  });
  const ours = site ? [site] : [new URL(settings.issuer).origin, new URL(settings.service).origin, ...beside];
  const complaints = [];
  const page = await context.newPage();
  // A build beside the tests may make a page wait.
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(`script error at ${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // A refused form answers 4xx with a page; Chromium notes the status of the document itself.
    if (/Failed to load resource.*\b4\d\d\b/.test(message.text()) && message.location().url === page.url()) return;
    complaints.push(`console at ${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && !ours.includes(origin)) complaints.push(`request to a third party: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if (type !== 'document' && response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return { context, page, complaints, language, width, scripts };
}
