"""A service's back-channel address (OpenID Connect Back-Channel Logout 1.0): keeps whom it was told of and can be told to
fail."""

import base64
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/backchannel"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Notices:
    """Listens on a free port from its making until `stop`; `refuse` makes it answer every notice with a passing error."""

    def __init__(self):
        self.refuse = False
        self.refused = 0
        # What came that is no notice.
        self.odd = []
        self._told = {}
        self._lock = threading.Lock()
        notices = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(notices._take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Listener(ThreadingHTTPServer):
            def handle_error(self, *_):
                """A killed process breaks its connections off: no news."""

        self._server = Listener(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def told(self):
        """The `sid` of every session that the service was told of."""
        with self._lock:
            return set(self._told)

    def twice(self):
        """How many of them it was told of more than once."""
        with self._lock:
            return sum(count > 1 for count in self._told.values())

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, path, body):
        with self._lock:
            if self.refuse:
                self.refused += 1
                return 503
            try:
                [(name, token)] = urllib.parse.parse_qsl(body.decode("ascii"), strict_parsing=True)
                claims = claims_of(token)
                if path != PATH or name != "logout_token" or EVENT not in claims["events"]:
                    raise ValueError(f"{name} at {path}")
                self._told[claims["sid"]] = self._told.get(claims["sid"], 0) + 1
            except (ValueError, KeyError) as why:
                self.odd.append(repr(why))
                return 400
        return 200


def claims_of(token):
    """What a token says; whether it is signed well is tested elsewhere."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
