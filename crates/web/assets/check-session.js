// OpenID Connect Session Management 1.0 §3.2 and §4: a service posts its client id and the session_state that it was
// given, and hears whether this browser is still in that state. Nothing is sent anywhere.
(() => {
  'use strict';
  const { cookie, origin } = document.currentScript.dataset;

  const state = () => document.cookie.split('; ').find((one) => one.startsWith(`${cookie}=`))?.slice(cookie.length + 1);

  const judge = async (message) => {
    const asked = typeof message === 'string' && /^(.+) ([\w-]+)\.([\w-]+)$/.exec(message);
    const now = state();
    // Without our cookie, which browsers keep from frames of other sites, nothing is known: least of all that somebody left.
    if (!asked || !now || !window.crypto?.subtle) return 'error';
    const [, client, hash, salt] = asked;
    const parts = new TextEncoder().encode([client, origin, now, salt].join(' '));
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', parts));
    const own = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    return own === hash ? 'unchanged' : 'changed';
  };

  addEventListener('message', async ({ data, source, origin: from }) => {
    if (source && from === origin) source.postMessage(await judge(data), from);
  });
})();
