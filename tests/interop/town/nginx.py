"""nginx with a gate beside it, by the very configurations of docs/guide/relying-party/nginx.md: what the page says of
places, names and secrets is replaced by what they are here, and nothing else."""

import os
import secrets
import shutil
import socket

from apache import LOADED, MODULES, UNPRIVILEGED, Apache
from pages import HOST, ISSUER, ORIGIN, SECRET, Page, filled
from servers import Server, free_port

# The gate speaks no TLS: nginx does.
GATE_MODULES = [name for name in LOADED if name not in ("ssl", "mime", "dir")]


class Site:
    """What the page shows of places, names and secrets, and what they are here."""

    def __init__(self, pages, client, issuer, pair):
        self.host, self.port = client["host"], client["port"]
        self.gate_port, self.application = free_port(), {"host": "127.0.0.1", "port": free_port()}
        (pages / "oauth2").mkdir(parents=True)
        (pages / "oauth2/auth").touch()
        self._page = Page("relying-party/nginx.md")
        self._values = {
            ISSUER: issuer, ORIGIN: client["origin"], HOST: self.host,
            "khai-sinh": client["client_id"], SECRET: client["secret"],
            "a-long-random-text-of-your-own": secrets.token_hex(32), "/var/www/gate": str(pages),
            "listen 443 ssl": f"listen {self.host}:{self.port} ssl",
            "/etc/ssl/khaisinh.pem": str(pair[0]), "/etc/ssl/private/khaisinh.key": str(pair[1]),
            "127.0.0.1:4180": f"127.0.0.1:{self.gate_port}", "127.0.0.1:8080": f"127.0.0.1:{self.application['port']}",
        }  # fmt: skip
        self._page.covers(self._values)

    def file(self, name):
        return filled(self._page.only(f"file={name}"), self._values)


class Gate(Apache):
    """Apache with mod_auth_openidc on the loopback, which answers nobody but nginx."""

    def __init__(self, folder, site, authority):
        Server.__init__(self, folder, site.gate_port)
        self.host = "127.0.0.1"
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
{site.file("gate.conf")}""", encoding="utf-8")  # fmt: skip
        self.log = self.folder / "error.log"


class Nginx(Server):
    """What people reach: TLS ends here, the gate is asked about each request, the application is behind."""

    def __init__(self, folder, site):
        super().__init__(folder, site.port)
        self.host = site.host
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
{site.file("khaisinh.conf")}
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
