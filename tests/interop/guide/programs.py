"""The services of the guide's pages, started in the town as their pages say: registered by the page's own command, written
from the page's own files, behind a proxy that ends TLS."""

import os
import shlex
import shutil
import signal

from clients import a_place
from pages import ISSUER, ORIGIN, PORT, SECRET, Page, filled
from servers import Server, free_port
from shell import Shell, environment, secrets

# Whose service a real browser can walk through, and the site that it gets.
PAGES = {"node.md": "127.0.0.1", "python.md": "127.0.0.2", "php-laravel.md": "127.0.0.3"}


class Program(Server):
    """What the page's `run` block starts."""

    def __init__(self, folder, page, values):
        super().__init__(folder, int(values[PORT]))
        page.write(self.folder, values)
        (self.folder / "php.ini").write_text(
            f"curl.cainfo={os.environ['SSL_CERT_FILE']}\nsession.save_path={self.folder}\n", encoding="utf-8"
        )
        self._run = filled(page.only("run"), values)
        # A group of its own: the shell and what it starts end together. PHP reads no variable that names an authority.
        self.identity = {
            "start_new_session": True,
            "env": {**environment(), "PHP_INI_SCAN_DIR": f":{self.folder}", "PYTHONDONTWRITEBYTECODE": "1"},
        }

    def command(self):
        return ["bash", "-euc", f"cd {shlex.quote(str(self.folder))}\n{self._run}"]

    def stop(self, how=signal.SIGTERM, patience=20):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
        super().stop(how, patience)


class Front(Server):
    """HAProxy in front of them all, with the certificate of the town's services."""

    def __init__(self, folder, pair, services):
        super().__init__(folder, services[0]["port"])
        chain = self.folder / "services.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(pair[0].read_bytes() + pair[1].read_bytes())
        text = "defaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n"
        for service in services:
            text += f"""
listen {service["page"]}
  bind {service["host"]}:{service["port"]} ssl crt {chain} alpn http/1.1
  http-request set-header X-Forwarded-Proto https
  server program 127.0.0.1:{service["behind"]}
"""
        self.configuration = self.folder / "haproxy.cfg"
        self.configuration.write_text(text, encoding="utf-8")

    def command(self):
        return [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", str(self.configuration)]


def open_all(town, provider, taken):
    """Starts what the pages describe; the facts that the walks need."""
    services = []
    for name, host in PAGES.items():
        port = a_place(host, taken + [service["port"] for service in services])
        service = {"page": name, "host": host, "port": port, "origin": f"https://{host}:{port}", "behind": free_port()}
        services.append(service)
        page = Page(f"relying-party/{name}")
        values = {
            ISSUER: provider.issuer, ORIGIN: service["origin"], PORT: str(service["behind"]),
            "khai-sinh": f"guide-{name.partition('.')[0]}",
        }  # fmt: skip
        values[SECRET] = registered(town, provider, page, values)[values["khai-sinh"]]
        page.covers(values)
        town.built.append(Program(town.folder / f"guide-{name}", page, values).start())
    town.built.append(Front(town.folder / "guide-front", town.services, services).start())
    return {"services": services, "desktop": desktop(town, provider), "config": str(provider.config)}


def registered(town, provider, page, values):
    """The operator's part, as the page has it; the secrets that were shown."""
    shell = Shell(town.folder, provider.config)
    try:
        return secrets(shell.type(filled(page.only("register"), values)))
    finally:
        shell.close()


def desktop(town, provider):
    """The app of native.md: a folder and a command; the walk starts it."""
    page = Page("relying-party/native.md")
    values = {ISSUER: provider.issuer, "khai-sinh-app": "guide-app"}
    page.covers(values)
    if registered(town, provider, page, values):
        raise SystemExit("an app was given a secret")
    folder = town.folder / "guide-app"
    folder.mkdir()
    page.write(folder, values)
    return {"folder": str(folder), "command": filled(page.only("run"), values)}
