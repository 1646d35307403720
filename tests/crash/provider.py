"""The real `portal-id` process: its settings, its start, its violent end.

Every setting that these tests depend on is written in `settings()`; nothing else knows their names.
"""

import http.client
import os
import pathlib
import signal
import subprocess
import time

from servers import free_port

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.02


def settings(
    port, smtp, trusted_roots=None, issuer=None, storage=None, ephemeral=None, sms=None, clients=None, drain=0, tls=None,
    outgoing_roots=None,
):  # fmt: skip
    """A development configuration on the loopback (http, or https with a pair of files in `tls`) with a real mail server,
    and whatever else is given."""
    roots = f'root_ca_file = "{trusted_roots}"' if trusted_roots else ""
    outgoing = f'[outgoing]\nroot_ca_file = "{outgoing_roots}"' if outgoing_roots else ""
    gateway = f'url = "{sms}"' if sms else ""
    clients_file = f'clients_file = "{clients}"' if clients else ""
    scheme = "https" if tls else "http"
    tls = f'tls = {{ certificate_file = "{tls[0]}", private_key_file = "{tls[1]}", reload_seconds = 1 }}' if tls else ""
    return f"""
mode = "development"

[server]
listen = "127.0.0.1:{port}"
key_encryption_key_file = "key-encryption-key"
drain_seconds = {drain}
{clients_file}
{tls}

[storage]
url = "{storage or "sqlite:portal-id.sqlite3"}"

[ephemeral]
url = "{ephemeral or "in-process"}"

[oidc]
issuer = "{issuer or f"{scheme}://localhost:{port}"}"

{outgoing}

[web]
trusted_proxies = ["127.0.0.1"]

[accounts.registration]
citizen = "open"
business = "closed"
organisation = "closed"

# A cheap hash and wide limits: one machine plays a whole province.
[accounts.hashing]
memory_kib = 1024
passes = 1

[accounts.codes]
sends_per_hour = 1000
sends_per_day = 1000

[accounts.sessions]
idle_minutes = 240

[accounts.limits]
registrations_per_hour_and_address = 100000
sign_ins_per_minute_and_address = 100000
tries_per_minute = 1000
mails_per_hour = 1000

[notify]
# A message that was being delivered at the crash is taken up when its lease is over; the shortest allowed.
lease_seconds = 20

[notify.smtp]
host = "{smtp.get("host", "127.0.0.1")}"
port = {smtp["port"]}
security = "{smtp["security"]}"
from = "Cong Dich vu cong <no-reply@portal.example>"
{roots}

[[notify.sms_gateways]]
preset = "esms"
api_key = "test"
secret_key = "test"
brandname = "TEST"
{gateway}
"""


class Provider:
    """One data folder, on which the process is started again and again. `more` goes to `settings`."""

    def __init__(self, folder, smtp, key=None, port=None, **more):
        self.program = os.environ["PORTAL_ID"]
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.secure = bool(more.get("tls"))
        self.issuer = more.get("issuer") or f"{'https' if self.secure else 'http'}://localhost:{self.port}"
        self.config = self.folder / "portal-id.toml"
        self.config.write_text(settings(self.port, smtp, **more), encoding="utf-8")
        self.key = self.folder / "key-encryption-key"
        if key:
            self.key.touch(mode=0o600)
            self.key.write_bytes(key.read_bytes())
        else:
            self._make_key()
        self.log = self.folder / "provider.log"
        self.process = None

    def _make_key(self):
        made = subprocess.run([self.program, "keys", "generate-kek"], check=True, capture_output=True, text=True)
        self.key.touch(mode=0o600)
        self.key.write_text(made.stdout, encoding="ascii")

    def spawn(self, **options):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **options,
            )
        return self.process

    def start(self):
        self.spawn()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"the provider ended with {self.process.returncode}:\n{self.last_words()}")
            if self.healthy():
                return
            time.sleep(PAUSE_SECONDS)
        raise SystemExit(f"the provider does not become healthy:\n{self.last_words()}")

    def healthy(self):
        return self.status("/healthz") == 200

    def status(self, path):
        """The status of an answer, or None when nobody answers."""
        try:
            if self.secure:
                # Trusts whom SSL_CERT_FILE names.
                connection = http.client.HTTPSConnection("localhost", self.port, timeout=10)
            else:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", path, headers={"Accept": "text/html"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None

    def command(self, *words):
        """Another command on the same configuration, such as `keys rotate`."""
        command = [self.program, *words, "--config", str(self.config)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

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
