// What every page owes its visitor, whoever made it: language, no sideways scrolling, zero
// accessibility violations (axe-core, WCAG 2.2 AA), and a picture for people to look at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { picture } from './pictures.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

export async function inspect(visit, name, shoot = picture) {
  const { page, language, width, scripts, complaints } = visit;
  const { origin, pathname } = new URL(page.url());
  const where = `${name} (${language}, ${width} px, ${origin}${pathname})`;
  assert.equal(await page.locator('html').getAttribute('lang'), language, `language of ${where}`);
  assert.equal(await page.locator('h1').count(), 1, `one main heading on ${where}`);
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= given, `${where} scrolls sideways: ${needed} px in ${given} px`);
  if (scripts) {
    await shoot(visit, name);
    assert.deepEqual(await violations(page), [], `accessibility of ${where}`);
  }
  assert.deepEqual(complaints, [], `the browser complains on ${where}`);
}

async function violations(page) {
  // Not as a script of the page, which its content security policy would refuse.
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
}
