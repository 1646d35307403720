"""The real `portal-id` process: its settings, its start, its violent end.

Every setting that these tests depend on is written in `settings()`; nothing else knows their names.
"""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.02


def settings(port, smtp, trusted_roots=None):
    """A development configuration (http on the loopback) with a real mail server."""
    roots = f'root_ca_file = "{trusted_roots}"' if trusted_roots else ""
    return f"""
mode = "development"

[server]
listen = "127.0.0.1:{port}"
key_encryption_key_file = "key-encryption-key"

[storage]
url = "sqlite:portal-id.sqlite3"

[oidc]
issuer = "http://localhost:{port}"

[accounts.registration]
citizen = "open"
business = "closed"
organisation = "closed"

[accounts.limits]
registrations_per_hour_and_address = 100000

[notify]
# A message that was being delivered at the crash is taken up when its lease is over; the shortest allowed.
lease_seconds = 20

[notify.smtp]
host = "{smtp.get("host", "127.0.0.1")}"
port = {smtp["port"]}
security = "{smtp["security"]}"
from = "Cong Dich vu cong <no-reply@portal.example>"
{roots}

# Nobody signs in here; a gateway has to be named all the same.
[[notify.sms_gateways]]
preset = "esms"
api_key = "test"
secret_key = "test"
brandname = "TEST"
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Provider:
    """One data folder, on which the process is started again and again."""

    def __init__(self, folder, smtp, trusted_roots=None):
        self.program = os.environ["PORTAL_ID"]
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.config = self.folder / "portal-id.toml"
        self.config.write_text(settings(self.port, smtp, trusted_roots), encoding="utf-8")
        self._make_key()
        self.log = self.folder / "provider.log"
        self.process = None

    def _make_key(self):
        made = subprocess.run([self.program, "keys", "generate-kek"], check=True, capture_output=True, text=True)
        key = self.folder / "key-encryption-key"
        key.touch(mode=0o600)
        key.write_text(made.stdout, encoding="ascii")

    @property
    def issuer(self):
        return f"http://localhost:{self.port}"

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"the provider ended with {self.process.returncode}:\n{self.last_words()}")
            if self.healthy():
                return
            time.sleep(PAUSE_SECONDS)
        raise SystemExit(f"the provider does not become healthy:\n{self.last_words()}")

    def healthy(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def kill(self):
        """kill -9: the process gets no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def last_words(self):
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])
