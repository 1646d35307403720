"""A text-message gateway that speaks eSMS's wire format and keeps the newest code of each phone."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"


class SmsGateway:
    """Listens on a free port from its making until `stop`."""

    def __init__(self):
        self._codes = {}
        self._ids = {}
        self._changed = threading.Condition()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                answer = json.dumps(gateway._take(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(200)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer.encode())

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

    def mark(self, phone):
        """How many messages a phone has got so far; `code` waits for one more."""
        with self._changed:
            return len(self._codes.get(phone, ()))

    def code(self, phone, after, patience):
        """The first code that came after `after` others, or None when none comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._codes.get(phone, ())) > after, timeout=patience)
            codes = self._codes.get(phone, ())
            return codes[-1] if len(codes) > after else None

    def accepted(self):
        """How many messages were accepted, and how many of them had come before under the same id."""
        with self._changed:
            return len(self._ids), sum(count - 1 for count in self._ids.values())

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, message):
        identity = message["RequestId"]
        with self._changed:
            self._ids[identity] = self._ids.get(identity, 0) + 1
            if self._ids[identity] > 1:
                return {"CodeResult": "124", "ErrorMessage": "RequestID is exist"}
            code = re.search(r"\b\d{6}\b", message["Content"])
            self._codes.setdefault(message["Phone"], []).append(code.group() if code else "")
            self._changed.notify_all()
        return {"CodeResult": "100", "SMSID": identity}
