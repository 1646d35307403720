"""Authlib as a Python service uses it, over https: the lines of clients.json whose stack is "authlib"."""

import json
import os
import pathlib
import sys
import time
import urllib.parse
import urllib.request

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "crash"))

import citizen as walking  # noqa: E402

TOWN = json.loads(pathlib.Path(os.environ["TOWN"]).read_text(encoding="utf-8"))
SCOPE = "openid profile email offline_access"


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as response:
        return json.load(response)


class Phone:
    """What `Citizen.sign_in` wants of a gateway, read through the town's window."""

    def mark(self, phone):
        return len(fetch(f"{TOWN['codes']}/{phone}"))

    def code(self, phone, after, patience):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            codes = fetch(f"{TOWN['codes']}/{phone}")
            if len(codes) > after:
                return codes[-1]
            time.sleep(0.05)
        return None


def signed_in_citizen():
    facts = TOWN["citizens"][1]
    person = walking.Citizen(TOWN["issuer"], 0)
    person.username, person.password = facts["username"], facts["password"]
    person.number = int(facts["phone"].removeprefix("0912"))
    if not person.sign_in(Phone()):
        raise SystemExit("the citizen could not sign in")
    return person


def answer(person, url, client):
    """Where the portal sends the browser, after the consent if it asks for one."""
    walking.SERVICE = client["redirect_uri"]
    try:
        page = person.open(url)
        form = next(form for form in walking.Form(page).forms if form.get("button", (None,))[0] == "decision")
        person._post(form, {"decision": "allow"})
    except walking.SentAway as away:
        return away.address
    raise SystemExit(f"{client['client_id']}: the portal did not answer the service:\n{walking.readable(page)}")


def walk(client, metadata, keys):
    method = client["metadata"]["token_endpoint_auth_method"]
    algorithm = client["metadata"].get("id_token_signed_response_alg", "RS256")
    session = OAuth2Session(
        client["client_id"], client.get("secret"), scope=SCOPE, redirect_uri=client["redirect_uri"],
        token_endpoint_auth_method=method, code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
    )  # fmt: skip
    verifier, nonce = os.urandom(32).hex(), os.urandom(8).hex()
    url, state = session.create_authorization_url(metadata["authorization_endpoint"], nonce=nonce, code_verifier=verifier)
    came_back = answer(signed_in_citizen(), url, client)
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(came_back).query)["iss"] == [metadata["issuer"]]
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=came_back, state=state, code_verifier=verifier
    )

    id_token = jwt.decode(token["id_token"], keys, algorithms=[algorithm])
    checks = {"iss": metadata["issuer"], "aud": client["client_id"], "nonce": nonce}
    registry = jwt.JWTClaimsRegistry(**{name: {"essential": True, "value": value} for name, value in checks.items()})
    registry.validate(id_token.claims)
    assert id_token.header["alg"] == algorithm

    person = session.get(metadata["userinfo_endpoint"]).json()
    assert person["sub"] == id_token.claims["sub"] and person["preferred_username"], person

    fresh = session.refresh_token(metadata["token_endpoint"])
    assert fresh["access_token"] != token["access_token"] and fresh["refresh_token"] != token["refresh_token"]

    try:
        session.fetch_token(metadata["token_endpoint"], authorization_response=came_back, state=state, code_verifier=verifier)
    except OAuthError as refused:
        assert refused.error == "invalid_grant", refused
    else:
        raise SystemExit("a code was redeemed twice")
    print(f"    {client['client_id']}: {method}, {algorithm}: signed in, told who it is, refreshed", flush=True)


def main():
    metadata = fetch(f"{TOWN['issuer']}/.well-known/openid-configuration")
    keys = KeySet.import_key_set(fetch(metadata["jwks_uri"]))
    clients = [client for client in TOWN["clients"] if client["stack"] == "authlib"]
    assert clients, "clients.json has no line for authlib"
    for client in clients:
        walk(client, metadata, keys)


if __name__ == "__main__":
    sys.exit(main())
