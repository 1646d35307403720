"""nginx with a gate beside it, by the very configurations of docs/guide/relying-party/nginx.md: what the page says of
places, names and secrets is replaced by what they are here, and nothing else."""

import os
import pathlib
import re
import secrets
import shutil
import socket

from apache import LOADED, MODULES, UNPRIVILEGED, Apache
from servers import Server, free_port

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/guide/relying-party/nginx.md"
# The gate speaks no TLS: nginx does.
GATE_MODULES = [name for name in LOADED if name not in ("ssl", "mime", "dir")]


def fenced(language):
    """The one block of the page in that language."""
    [text] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return text


def placed(language, places):
    """The page's block with the places of this run. Each must stand on the page, and none of the page's may be left."""
    text = fenced(language)
    for there, here in places.items():
        if there not in text:
            raise SystemExit(f"{PAGE.name}: the block {language} says nothing of {there} any more")
        text = text.replace(there, str(here))
    if "example.gov.vn" in text or "/etc/" in text:
        raise SystemExit(f"{PAGE.name}: the block {language} names places that this run knows nothing of:\n{text}")
    return text


class Gate(Apache):
    """Apache with mod_auth_openidc on the loopback, which answers nobody but nginx."""

    def __init__(self, folder, client, issuer, authority):
        Server.__init__(self, folder, free_port())
        self.host = "127.0.0.1"
        pages = self.folder / "pages"
        (pages / "oauth2").mkdir(parents=True)
        (pages / "oauth2/auth").touch()
        site = placed("apache", {
            "127.0.0.1:4180": f"127.0.0.1:{self.port}", "/var/www/gate": pages,
            "https://id.tinh.example.gov.vn": issuer, "https://khaisinh.example.gov.vn": client["origin"],
            "khai-sinh": client["client_id"], "the-client-secret": client["secret"],
            "a-long-random-text-of-your-own": secrets.token_hex(32),
        })  # fmt: skip
        self.configuration = self.folder / "apache.conf"
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in GATE_MODULES)
        user = f"User {UNPRIVILEGED}\nGroup {UNPRIVILEGED}" if os.getuid() == 0 else ""
        self.configuration.write_text(f"""
{modules}
{user}
ServerRoot {self.folder}
PidFile {self.folder}/apache.pid
DefaultRuntimeDir {self.folder}
ErrorLog {self.folder}/error.log
LogLevel warn auth_openidc:info
OIDCCABundlePath {authority}
{site}""", encoding="utf-8")  # fmt: skip
        self.log = self.folder / "error.log"


class Nginx(Server):
    """What people reach: TLS ends here, the gate is asked about each request, the application is behind."""

    def __init__(self, folder, client, gate, pair):
        super().__init__(folder, client["port"])
        self.host = client["host"]
        self.application = {"host": "127.0.0.1", "port": free_port()}
        site = placed("nginx", {
            "listen 443 ssl": f"listen {client['host']}:{client['port']} ssl",
            "khaisinh.example.gov.vn": client["host"], "/etc/ssl/khaisinh.pem": pair[0], "/etc/ssl/private/khaisinh.key": pair[1],
            "127.0.0.1:4180": f"127.0.0.1:{gate.port}", "127.0.0.1:8080": f"127.0.0.1:{self.application['port']}",
        })  # fmt: skip
        user = f"user {UNPRIVILEGED};" if os.getuid() == 0 else ""
        kept = "\n".join(
            f"    {kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text(f"""
{user}
daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
events {{}}
http {{
    access_log off;
{kept}
{site}
}}
""", encoding="utf-8")  # fmt: skip

    def command(self):
        program = os.environ.get("NGINX") or shutil.which("nginx") or "/usr/sbin/nginx"
        return [program, "-e", "stderr", "-p", str(self.folder), "-c", str(self.configuration)]

    def answers(self):
        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
            return True
        except OSError:
            return False
