// Every page that the portal can show, drawn with plausible values, in a real Chromium: accessible, fitting, without a
// complaint, under its content security policy; at both widths in both languages, and once in dark colours.
import { after, before, describe, test } from 'node:test';
import { launch, visitor } from './support/chromium.js';
import { drawnPages, serveDrawnPages } from './support/drawn.js';
import { inspect } from './support/inspection.js';
import { forgetKept, keep } from './support/pictures.js';

let browser;
let site;
before(async () => {
  forgetKept();
  [browser, site] = await Promise.all([launch(), serveDrawnPages()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const LOOKS = [
  { width: 360, language: 'vi' },
  { width: 360, language: 'en' },
  { width: 1280, language: 'vi' },
  { width: 1280, language: 'en' },
  { width: 360, language: 'vi', colours: 'dark' },
];

for (const { width, language, colours } of LOOKS) {
  describe(`every page at ${width} px in ${language === 'vi' ? 'Vietnamese' : 'English'}${colours ? `, ${colours}` : ''}`, () => {
    let visit;
    before(async () => {
      visit = await visitor(browser, { width, language, colours, scripts: true, site: site.origin });
    });
    after(() => visit?.context.close());

    for (const name of drawnPages()) {
      test(name, async () => {
        visit.complaints.length = 0;
        await visit.page.goto(`${site.origin}/${name}.${language}.html`);
        await inspect(visit, name, colours ? () => {} : keep);
      });
    }
  });
}
