"""A relying party without a secret, in the standard library's terms."""

import base64
import hashlib
import http.client
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request

from citizen import PATIENCE_SECONDS, SERVICE, Fault, NotServed, SentAway

CLIENT_ID = "test-service"
CLIENTS = f"""
[[client]]
client_id = "{CLIENT_ID}"
client_name = "Dịch vụ thử nghiệm"
redirect_uris = ["{SERVICE}"]
scope = "openid profile offline_access"
token_endpoint_auth_method = "none"
id_token_signed_response_alg = "ES256"
first_party = true
"""


class Refused(Exception):
    """The protocol said no."""


class Service:
    """One login at the service: its newest refresh token is what it was told last."""

    def __init__(self, issuer, watch):
        self.issuer = issuer
        self.watch = watch
        self.refresh_token = self.access_token = self.id_token = None
        # When an answer was lost: the token may have been used up, and is good for ten more seconds.
        self.unsure_since = None

    def log_in(self, citizen):
        """From a browser that is signed in to tokens."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": SERVICE,
            "scope": "openid profile offline_access", "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8), "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        try:
            citizen.open(f"{self.issuer}/authorize?{urllib.parse.urlencode(query)}")
        except SentAway as away:
            answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(away.address).query))
        else:
            return False
        if "code" not in answer:
            return False
        fields = {"code": answer["code"], "redirect_uri": SERVICE, "code_verifier": verifier}
        self._keep(self._token(grant_type="authorization_code", **fields))
        return True

    def refresh(self):
        try:
            self._keep(self._token(grant_type="refresh_token", refresh_token=self.refresh_token))
            self.unsure_since = None
        except OSError:
            self.unsure_since = self.unsure_since or time.monotonic()
            raise

    def userinfo(self):
        self.request("/userinfo", None, {"Authorization": f"Bearer {self.access_token}"})

    def request(self, path, fields=None, headers=None):
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.issuer + path, data=body, headers=headers or {})
        began, kind = time.monotonic(), "no answer"
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                answer = response.read()
                kind = "good"
                return answer
        except urllib.error.HTTPError as error:
            kind = str(error.code)
            if error.code == 500:
                raise Fault(f"500 at {path}") from error
            if error.code in (429, 502, 503, 504):
                raise NotServed(f"{error.code} at {path}") from error
            raise Refused(f"{error.code} at {path}: {error.read()[:300]}") from error
        except http.client.HTTPException as cut:
            raise NotServed(str(cut)) from cut
        finally:
            self.watch(kind, time.monotonic() - began)

    def _token(self, **fields):
        return json.loads(self.request("/token", {"client_id": CLIENT_ID, **fields}))

    def _keep(self, tokens):
        self.access_token = tokens["access_token"]
        self.refresh_token = tokens.get("refresh_token", self.refresh_token)
        self.id_token = tokens.get("id_token", self.id_token)
