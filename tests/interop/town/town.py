"""A town over https, made of other people's software: our provider on https://localhost, services on 127.0.0.1, 127.0.0.2
and 127.0.0.3 (three other sites), an authority that everybody trusts, a mail server, a phone, a real Chromium.

Nothing outside the run's folder is written and no port is known beforehand. What the services' scripts need stands in
`town.json`, whose path is in TOWN:

    issuer, ca, certificate, key     the provider, the authority, and a pair for any service
    chromium, chromium_home          a browser, and a home in which it trusts the authority
    codes                            GET <codes>/<phone>: every code that the phone got, as a JSON list
    citizens                         username, password, phone, name, email of people who are activated
    clients                          the lines of clients.json, with origin, redirect_uri, secret …
    openidconnect                    the program of tests/interop/openidconnect
    application                      host and port at which nginx looks for the application behind it
    guide                            what the pages of docs/guide/relying-party describe, running (tests/interop/guide)

ONLY=word,word runs the scripts whose name holds one of the words.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "crash"))
sys.path.insert(0, str(HERE.parent / "guide"))

import certificates  # noqa: E402
import programs  # noqa: E402
from apache import Apache  # noqa: E402
from authority import Authority  # noqa: E402
from citizen import FULL_NAME, Citizen  # noqa: E402
from clients import all_of_them, clients_file, give_secrets  # noqa: E402
from mailbox import Mailbox, serve  # noqa: E402
from nginx import Gate, Nginx, Site  # noqa: E402
from provider import Provider  # noqa: E402
from servers import HaProxy, end_in_order_when_told, free_port  # noqa: E402
from sms import SmsGateway  # noqa: E402

PATIENCE_SECONDS = 30
SITES = ["localhost", "127.0.0.1", "127.0.0.2", "127.0.0.3"]
# How Python, Node and Python's `requests` are told whom to trust.
TRUST = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"]
# The scripts of the town, in their order; each gets TOWN.
SCRIPTS = ["openid-client.test.js", "single-sign-on.test.js", "two-sites.test.js", "oidc-client-ts.test.js",
           "apache.test.js", "nginx.test.js", "authlib_client.py", "openidconnect.test.js", "../guide/walk.test.js",
           "../guide/services_page.py", "../guide/commands.py"]  # fmt: skip
BEHIND_HAPROXY = ["openid-client.test.js"]


class Phones(SmsGateway):
    """The gateway, and the window through which scripts read what the phones got."""

    def __init__(self):
        super().__init__()
        phones = self

        class Window(BaseHTTPRequestHandler):
            def do_GET(self):
                with phones._changed:
                    codes = phones._codes.get(self.path.rpartition("/")[2], [])
                    answer = json.dumps(codes).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._window = ThreadingHTTPServer(("127.0.0.1", 0), Window)
        self._window.daemon_threads = True
        threading.Thread(target=self._window.serve_forever, daemon=True).start()

    @property
    def codes_url(self):
        return f"http://127.0.0.1:{self._window.server_port}"

    def stop(self):
        self._window.shutdown()
        self._window.server_close()
        super().stop()


class Town:
    """What all houses share, and the houses that were built: the last one built is left first."""

    def __init__(self, folder):
        self.folder = folder
        self.built = []
        self.authority = Authority(folder / "authority")
        for name in TRUST:
            os.environ[name] = str(self.authority.ca)
        self.services = self.authority.vouch("services", *SITES)
        self.home = self.authority.trusted_by_chromium(folder / "chromium")
        self.phones, self.mailbox, self.smtp_port = Phones(), Mailbox(), free_port()
        self.built += [self.phones, serve(self.mailbox, self.smtp_port)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for house in reversed(self.built):
            house.stop()

    def provider(self, name, clients, **more):
        """A provider that knows `clients` and serves."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        (folder / "clients.toml").write_text(clients_file(clients), encoding="utf-8")
        smtp = {"port": self.smtp_port, "security": "none"}
        more["outgoing_roots"] = self.authority.ca
        provider = Provider(folder, smtp, sms=self.phones.url, clients="clients.toml", **more)
        give_secrets(provider, clients)
        self.built.append(provider)
        provider.start()
        return provider

    def citizens(self, provider, numbers):
        """People who registered, activated and signed in once, so that their phones are verified."""
        return [self._citizen(provider, number) for number in numbers]

    def _citizen(self, provider, number):
        citizen = Citizen(provider.issuer, number)
        before = len(self.mailbox.to(citizen.email))
        citizen.register()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.mailbox.to(citizen.email)) == before:
            if time.monotonic() > deadline:
                raise SystemExit(f"no e-mail for {citizen.username}\n{provider.last_words()}")
            time.sleep(0.05)
        if not citizen.activate(self.mailbox.to(citizen.email)[-1]) or not citizen.sign_in(self.phones):
            raise SystemExit(f"{citizen.username} cannot be activated or sign in\n{provider.last_words()}")
        facts = {name: getattr(citizen, name) for name in ("username", "password", "phone", "email")}
        return {**facts, "name": FULL_NAME}

    def open_to(self, name, provider, citizens, clients, **more):
        """Writes what scripts read, and `more`; the path."""
        path = self.folder / f"{name}.json"
        certificate, key = self.services
        facts = {
            "issuer": provider.issuer, "ca": str(self.authority.ca), "certificate": str(certificate), "key": str(key),
            "chromium": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "chromium_home": str(self.home),
            "codes": self.phones.codes_url, "citizens": citizens, "clients": clients,
            "openidconnect": os.environ["OPENIDCONNECT"], **more,
        }  # fmt: skip
        path.write_text(json.dumps(facts, indent=2), encoding="utf-8")
        return path

    def run(self, town, scripts, provider):
        only = os.environ.get("ONLY", "").split(",")
        # What Chromium leaves when it is ended goes with the folder.
        own = self.folder / "tmp"
        own.mkdir(exist_ok=True)
        for script in scripts:
            if not any(word in script for word in only):
                continue
            node = ["node", "--test", "--test-reporter=spec", "--test-concurrency=1"]
            command = [sys.executable] if script.endswith(".py") else node
            print(f"  {script} at {provider.issuer}", flush=True)
            environment = {**os.environ, "TOWN": str(town), "TMPDIR": str(own)}
            done = subprocess.run([*command, str(HERE / script)], env=environment, check=False)
            if done.returncode:
                raise SystemExit(f"{script} failed; the provider's last words:\n{provider.last_words()}")


def with_its_own_tls(town):
    clients = all_of_them()
    pair = town.authority.vouch("provider", "localhost")
    provider = town.provider("provider", clients, tls=pair)
    certificates.are_renewed_while_it_runs(provider, town.authority, pair)
    apache, behind_nginx = (the_only(clients, stack) for stack in ("mod_auth_openidc", "nginx"))
    town.built.append(Apache(town.folder / "apache", apache, provider.issuer, town.services, town.authority.ca).start())
    guide = programs.open_all(town, provider, [client["port"] for client in clients])
    site = Site(town.folder / "gate-pages", behind_nginx, provider.issuer, town.services)
    town.built.append(Gate(town.folder / "gate", site, town.authority.ca).start())
    town.built.append(Nginx(town.folder / "nginx", site).start())
    people = town.citizens(provider, [1, 2])
    town.run(town.open_to("town", provider, people, clients, guide=guide, application=site.application), SCRIPTS, provider)


def the_only(clients, stack):
    [client] = [client for client in clients if client["stack"] == stack]
    return client


def behind_haproxy(town):
    """TLS ends at HAProxy, by the file that we ship; the provider hears http from it."""
    clients = [client for client in all_of_them() if client["client_id"] == "node-basic"]
    certificate, key = town.authority.vouch("haproxy", "localhost")
    both = town.folder / "haproxy.pem"
    both.touch(mode=0o600)
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    sample = (HERE.parents[2] / "deploy/haproxy/haproxy-tls.cfg").read_text(encoding="utf-8")
    port = free_port()
    here = town.folder / "haproxy-tls.cfg"
    here.write_text(sample.replace("/etc/haproxy/portal.pem", str(both)), encoding="utf-8")
    haproxy = HaProxy(town.folder / "haproxy", here, [port])
    issuer = f"https://localhost:{haproxy.port}"
    provider = town.provider("provider-behind", clients, port=port, issuer=issuer)
    town.built.append(haproxy.start())
    people = town.citizens(provider, [3])
    town.run(town.open_to("town-behind", provider, people, clients), BEHIND_HAPROXY, provider)


def main():
    end_in_order_when_told()
    folder = pathlib.Path(os.environ["FOLDER"]) / "town"
    folder.mkdir(parents=True)
    with Town(folder) as town:
        with_its_own_tls(town)
        behind_haproxy(town)


if __name__ == "__main__":
    sys.exit(main())
