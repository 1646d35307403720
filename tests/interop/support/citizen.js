// The demo citizen, or the business, at a browser: answers whatever page comes until the client's address is reached.
import { settings } from './settings.js';
import { messages, newCode } from './inbox.js';

const MOST_PAGES = 8;

export async function walk(browser, url, { decision = 'allow', person = settings.citizen } = {}) {
  const seen = [];
  let before = await messages();
  let page = await browser.open(url);
  for (let step = 0; step < MOST_PAGES && !page.arrived; step += 1) {
    const kind = kindOf(page);
    seen.push(kind ?? page.title);
    switch (kind) {
      case 'sign-in':
        before = await messages();
        page = await browser.submit(page, page.form('password'), person);
        break;
      case 'code':
        page = await browser.submit(page, page.form('code'), { code: await newCode(before) });
        break;
      case 'consent': {
        const form = page.form('decision');
        page = await browser.submit(page, form, {}, page.button(form, 'decision', decision));
        break;
      }
      default:
        throw new Error(`an unexpected page after ${seen.join(' → ')}: ${page}`);
    }
  }
  if (!page.arrived) throw new Error(`never arrived at the service: ${seen.join(' → ')}, then ${page}`);
  return { callback: page.url, seen };
}

function kindOf(page) {
  if (page.form('decision')) return 'consent';
  if (page.form('code')) return 'code';
  if (page.form('username') && page.form('password')) return 'sign-in';
  return undefined;
}
