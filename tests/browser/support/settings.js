// Where the demo is. `cargo xtask test browser` starts one and sets these.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}, or run \`cargo xtask test browser\`, which starts the demo and sets it.`);
  return value.replace(/\/$/, '');
}

export const settings = {
  issuer: required('ISSUER'),
  service: required('SERVICE_URL'),
  // The folder of pages drawn by crates/web.
  get drawn() {
    return required('DRAWN_PAGES');
  },
  chromium: process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
  // Help to look into a failure, then may be deleted.
  screenshots: process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'portal-id-screenshots-')),
  keepPictures: process.env.KEEP_SCREENSHOTS === '1',
};
