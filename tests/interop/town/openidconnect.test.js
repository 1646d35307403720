// The crate `openidconnect`, over https: the lines of clients.json whose stack is "openidconnect". The service is a program
// (tests/interop/openidconnect); this is the person at the browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { algorithmOf, clientsOf, issuer, methodOf, stoppingAt, town, walk } from './support.js';

const [citizen] = town.citizens;

function start(client) {
  return spawn(town.openidconnect, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      SSL_CERT_FILE: town.ca, ISSUER: issuer, REDIRECT_URI: client.redirect_uri, CLIENT_ID: client.client_id,
      ...(client.secret && { CLIENT_SECRET: client.secret }), AUTH_METHOD: methodOf(client), ALGORITHM: algorithmOf(client),
    },
  });
}

describe('openidconnect (crate)', () => {
  for (const client of clientsOf('openidconnect')) {
    test(`${methodOf(client)}, ${algorithmOf(client)}: signed in, verified, told who it is, refreshed, revoked`, async () => {
      const service = start(client);
      const ended = once(service, 'exit');
      const said = [];
      try {
        for await (const line of createInterface({ input: service.stdout })) {
          const [word, address, username] = line.split(' ');
          said.push(word);
          if (word === 'open') {
            const { callback } = await walk(stoppingAt(client), address, citizen);
            service.stdin.end(`${callback}\n`);
          } else assert.equal(username, citizen.username);
        }
        assert.deepEqual([(await ended)[0], said], [0, ['open', 'signed-in']]);
      } finally {
        service.kill();
      }
    });
  }
});
