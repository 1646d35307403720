// The pieces of code in the guide's pages that are no whole file, run as they stand.
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

const AsyncFunction = (async () => {}).constructor;

// What the page's one such piece makes of `given`: the values of the names in `made`.
export function runPiece(page, given, made) {
  const text = readFileSync(new URL(`../../../docs/guide/relying-party/${page}`, import.meta.url), 'utf8');
  const pieces = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, piece]) => piece);
  if (pieces.length !== 1) throw new Error(`${page} has ${pieces.length} pieces of code instead of one`);
  const body = pieces[0].replace(/^import \* as client from 'openid-client';$/m, '');
  return new AsyncFunction('client', ...Object.keys(given), `${body}\nreturn { ${made} };`)(overHttp, ...Object.values(given));
}

// The provider of these tests has no certificate, which the library has to be told.
const overHttp = {
  ...client,
  discovery: (issuer, id, metadata, method) => client.discovery(issuer, id, metadata, method, { execute: [client.allowInsecureRequests] }),
};
