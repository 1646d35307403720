"""Every signature that we make, verified by a library that is not ours (joserfc): ID tokens and userinfo with each
algorithm, and what a service asks for by name.

PORTAL_ID is the program, FOLDER a folder for this run.
"""

import base64
import hashlib
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.parse
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "crash"))

from citizen import FULL_NAME, SERVICE, Citizen, SentAway
from joserfc import jwe, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, RSAKey
from mailbox import Mailbox, serve
from provider import Provider
from servers import free_port
from service import Refused, Service
from sms import SmsGateway

HASHES = {"RS256": hashlib.sha256, "PS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}
PATIENCE_SECONDS = 60
# It says of "EdDSA" that the name is deprecated (RFC 9864), which is so, and the one that clients register.
warnings.simplefilter("ignore", SecurityWarning)
# To which key and how userinfo is encrypted to the client of an algorithm; the others get it signed only.
ENCRYPTED = {
    "PS256": ("RSA-OAEP-256", "A256GCM", RSAKey.generate_key(2048, {"use": "enc", "kid": "rsa"})),
    "EdDSA": ("ECDH-ES", "A128CBC-HS256", ECKey.generate_key("P-256", {"use": "enc", "kid": "ec"})),
}


def encryption(algorithm):
    if algorithm not in ENCRYPTED:
        return ""
    alg, enc, key = ENCRYPTED[algorithm]
    members = ", ".join(f'{name} = "{value}"' for name, value in key.as_dict(private=False).items())
    return f"""
userinfo_encrypted_response_alg = "{alg}"
userinfo_encrypted_response_enc = "{enc}"
jwks = {{ keys = [{{ {members} }}] }}
"""


def client(algorithm):
    return f"""
[[client]]
client_id = "{algorithm}"
client_name = "Dịch vụ {algorithm}"
redirect_uris = ["{SERVICE}"]
scope = "openid profile email"
token_endpoint_auth_method = "none"
id_token_signed_response_alg = "{algorithm}"
userinfo_signed_response_alg = "{algorithm}"
claim_aliases = {{ preset = "vnconnect" }}
subject_type = "pairwise"
sector = "{algorithm.lower()}"
first_party = true
{encryption(algorithm)}"""


class Relying(Service):
    """A public client that checks what it is given."""

    def __init__(self, issuer, algorithm):
        super().__init__(issuer, lambda _kind, _seconds: None)
        self.algorithm = algorithm

    def log_in(self, citizen):
        verifier, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(8)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self.algorithm, "redirect_uri": SERVICE, "scope": "openid profile",
            "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
            "claims": json.dumps({"id_token": {"name": {"essential": True}, "email": None}}),
        }  # fmt: skip
        try:
            citizen.open(f"{self.issuer}/authorize?{urllib.parse.urlencode(query)}")
            raise AssertionError(f"{self.algorithm}: no answer to the service")
        except SentAway as away:
            answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(away.address).query))
        fields = {"client_id": self.algorithm, "code": answer["code"], "redirect_uri": SERVICE, "code_verifier": verifier}
        tokens = json.loads(self.request("/token", {"grant_type": "authorization_code", **fields}))
        return tokens, nonce

    def keys(self):
        return KeySet.import_key_set(json.loads(self.request("/jwks")))

    def verified(self, token):
        return jwt.decode(token, self.keys(), algorithms=[self.algorithm])


def check(issuer, citizen, algorithm):
    service = Relying(issuer, algorithm)
    tokens, nonce = service.log_in(citizen)

    id_token = service.verified(tokens["id_token"])
    assert id_token.header["alg"] == algorithm, id_token.header
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": algorithm},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    )
    rules.validate(id_token.claims)
    half = HASHES[algorithm](tokens["access_token"].encode()).digest()
    at_hash = base64.urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode()
    assert id_token.claims["at_hash"] == at_hash, f"{algorithm}: at_hash"
    assert id_token.claims["name"] == FULL_NAME, "a claim asked for by name"
    assert "email" not in id_token.claims, "its scope was not granted"

    answer = service.request("/userinfo", None, {"Authorization": f"Bearer {tokens['access_token']}"}).decode()
    if algorithm in ENCRYPTED:
        alg, enc, key = ENCRYPTED[algorithm]
        opened = jwe.decrypt_compact(answer, key, algorithms=[alg, enc])
        assert (opened.protected["alg"], opened.protected["enc"], opened.protected["cty"]) == (alg, enc, "JWT")
        answer = opened.plaintext.decode()
    about = service.verified(answer).claims
    assert (about["iss"], about["aud"], about["sub"]) == (issuer, algorithm, id_token.claims["sub"]), about
    assert (about["HoVaTen"], about["TechID"]) == (FULL_NAME, about["sub"]), about

    access = jwt.decode(tokens["access_token"], service.keys(), algorithms=["ES256"])
    assert access.claims["sub"] == id_token.claims["sub"]

    for token in (tokens["id_token"], answer):
        head, body, signature = token.split(".")
        at = len(signature) // 2
        spoiled = f"{head}.{body}.{signature[:at]}{'A' if signature[at] != 'A' else 'B'}{signature[at + 1:]}"
        try:
            service.verified(spoiled)
        except JoseError:
            continue
        raise AssertionError(f"{algorithm}: a spoiled signature holds")
    try:
        service.request("/userinfo", None, {"Authorization": f"Bearer {answer}"})
        raise AssertionError("signed userinfo is no access token")
    except Refused:
        pass
    return id_token.claims["sub"]


def main():
    folder = pathlib.Path(os.environ["FOLDER"]) / "joserfc"
    folder.mkdir(parents=True, exist_ok=True)
    clients = folder / "clients.toml"
    clients.write_text("".join(client(algorithm) for algorithm in HASHES), encoding="utf-8")
    mailbox, gateway, smtp_port = Mailbox(), SmsGateway(), free_port()
    smtp = serve(mailbox, smtp_port)
    mail = {"port": smtp_port, "security": "none"}
    provider = Provider(folder / "provider", mail, sms=gateway.url, clients=clients)
    try:
        provider.start()
        citizen = Citizen(provider.issuer, 1)
        citizen.register()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not mailbox.to(citizen.email):
            assert time.monotonic() < deadline, f"no mail came:\n{provider.last_words()}"
            time.sleep(0.1)
        assert citizen.activate(mailbox.to(citizen.email)[0]), "the account was not activated"
        assert citizen.sign_in(gateway), "the citizen could not sign in"
        subjects = {check(provider.issuer, citizen, algorithm) for algorithm in HASHES}
        assert len(subjects) == len(HASHES), "each sector knows the person by another subject"
        # Keys of four algorithms, each announced once more: what is signed still verifies.
        provider.command("keys", "rotate")
        for algorithm in HASHES:
            check(provider.issuer, citizen, algorithm)
        print(f"{', '.join(HASHES)}: ID tokens and userinfo verified by joserfc")
    finally:
        provider.stop()
        gateway.stop()
        smtp.stop()


if __name__ == "__main__":
    sys.exit(main())
