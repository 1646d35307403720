// What every page owes its visitor, whoever made it: language, no sideways scrolling, zero
// accessibility violations (axe-core, WCAG 2.2 AA), and a picture for people to look at.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { settings } from './settings.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

export async function inspect({ page, language, width, scripts, complaints }, name) {
  const { origin, pathname } = new URL(page.url());
  const where = `${name} (${language}, ${width} px, ${origin}${pathname})`;
  assert.equal(await page.locator('html').getAttribute('lang'), language, `language of ${where}`);
  assert.equal(await page.locator('h1').count(), 1, `one main heading on ${where}`);
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= given, `${where} scrolls sideways: ${needed} px in ${given} px`);
  if (scripts) {
    await picture(page, `${name}-${language}-${width}`);
    assert.deepEqual(await violations(page), [], `accessibility of ${where}`);
  }
  assert.deepEqual(complaints, [], `the browser complains on ${where}`);
}

async function violations(page) {
  await page.addScriptTag({ content: AXE });
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
}

async function picture(page, name) {
  mkdirSync(settings.screenshots, { recursive: true });
  await page.screenshot({ path: join(settings.screenshots, `${name}.png`), fullPage: true, animations: 'disabled' });
}
