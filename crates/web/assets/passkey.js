// Passkeys: asks the browser, puts its answer into the form that asked, and sends the form. Nothing else on our pages
// needs a script; without this one, what it is for stays hidden.
(() => {
  'use strict';
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const keys = (ids) => ids.split(' ').filter(Boolean).map((id) => ({ type: 'public-key', id: bytes(id) }));

  const ask = async ({ challenge, rp, keys: allowed }, how = {}) => {
    const publicKey = {
      challenge: bytes(challenge), rpId: rp, allowCredentials: keys(allowed), userVerification: 'required',
    };
    const { rawId, response } = await navigator.credentials.get({ ...how, publicKey });
    return {
      credential_id: text(rawId),
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.authenticatorData),
      signature: text(response.signature),
      user_handle: response.userHandle ? text(response.userHandle) : '',
    };
  };

  const make = async ({ challenge, rp, portal, user, username, algorithms, keys: excluded }) => {
    const publicKey = {
      challenge: bytes(challenge),
      rp: { id: rp, name: portal },
      user: { id: bytes(user), name: username, displayName: username },
      pubKeyCredParams: algorithms.split(' ').map((alg) => ({ type: 'public-key', alg: Number(alg) })),
      excludeCredentials: keys(excluded),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    };
    const { response } = await navigator.credentials.create({ publicKey });
    return { client_data: text(response.clientDataJSON), attestation_object: text(response.attestationObject) };
  };

  const send = (form, answer) => {
    for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
    // By its prototype: the button's id hides the method on the form itself.
    HTMLFormElement.prototype.submit.call(form);
  };

  // Lets the browser offer passkeys beside its stored names, at the field for the name. It waits there until one is picked;
  // a browser asks for one thing at a time, so a button first ends the wait.
  let waiting = new AbortController();
  const wait = async (form) => {
    // Made first: the button may be pressed before the browser has said whether it can wait.
    const { signal } = waiting = new AbortController();
    try {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.()) || signal.aborted) return;
      send(form, await ask(form.dataset, { mediation: 'conditional', signal }));
    } catch {
      // Nobody pressed anything, so there is nothing to say.
    }
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const problem = form.querySelector('[data-problem]');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      problem.hidden = true;
      waiting.abort();
      try {
        send(form, await (form.dataset.passkey === 'make' ? make : ask)(form.dataset));
      } catch {
        problem.hidden = false;
        if ('autofill' in form.dataset) wait(form);
      }
    });
    if ('autofill' in form.dataset) wait(form);
  }
  for (const part of document.querySelectorAll('[data-with-passkeys]')) part.hidden = false;
  for (const part of document.querySelectorAll('[data-without-passkeys]')) part.hidden = true;
})();
