// Pictures for people: of each page of a walk, to look into a failure; and a chosen few for the documentation, which
// `cargo xtask test browser --keep-screenshots` makes anew.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from './settings.js';
import { smallPng } from './small-png.js';

const DOCUMENTATION = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url));

// Drawn pages look the same each time, so that only a change of the look changes a picture. Of each page one on a phone
// and one on a desktop, in different languages.
const PHONE_IN_VIETNAMESE = ['vi-360', 'en-1280'];
const DESKTOP_IN_VIETNAMESE = ['vi-1280', 'en-360'];
const KEPT = {
  home: PHONE_IN_VIETNAMESE,
  'register-business-problems': PHONE_IN_VIETNAMESE,
  'register-citizen-district': DESKTOP_IN_VIETNAMESE,
  registered: PHONE_IN_VIETNAMESE,
  'sign-in': DESKTOP_IN_VIETNAMESE,
  code: PHONE_IN_VIETNAMESE,
  passkey: DESKTOP_IN_VIETNAMESE,
  consent: PHONE_IN_VIETNAMESE,
  account: DESKTOP_IN_VIETNAMESE,
  security: PHONE_IN_VIETNAMESE,
  'add-authenticator': DESKTOP_IN_VIETNAMESE,
  'recovery-codes': PHONE_IN_VIETNAMESE,
  sessions: DESKTOP_IN_VIETNAMESE,
  password: PHONE_IN_VIETNAMESE,
};

export async function picture({ page, language, width }, name) {
  save(settings.screenshots, `${name}-${language}-${width}`, await shot(page));
}

// A drawn page, for the documentation if it is one of those.
export async function keep({ page, language, width }, name) {
  if (!settings.keepPictures || !KEPT[name]?.includes(`${language}-${width}`)) return;
  save(DOCUMENTATION, `${name}-${language}-${width}`, smallPng(await shot(page)));
}

// So that no picture stays of a page that is not kept any more.
export function forgetKept() {
  if (!settings.keepPictures) return;
  for (const file of readdirSync(DOCUMENTATION)) if (file.endsWith('.png')) rmSync(join(DOCUMENTATION, file));
}

// To still the caret Playwright would add a style, which the page's policy refuses.
const shot = (page) => page.screenshot({ fullPage: true, caret: 'initial' });

function save(folder, name, png) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), png);
}
