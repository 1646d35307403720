"""E-mail to a real SMTP server: plain on the loopback, STARTTLS and TLS; refused where it would be unsafe.

One citizen registers per case. Where delivery is allowed, the mail must arrive whole; where the server
cannot be trusted, nothing at all may be sent to it.
"""

import os
import pathlib
import ssl
import subprocess
import sys
import time

from citizen import Citizen
from mailbox import Mailbox, serve
from provider import Provider
from servers import free_port

PATIENCE_SECONDS = 30
# Long enough for a first try and a retry that must both come to nothing.
WATCH_SECONDS = 8


def certificate(folder, name, authority=None):
    """A throw-away certificate for `name`, signed by `authority` (or by itself): paths of certificate and key."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={name}", "-out", str(cert), "-keyout", str(key)]
    if authority:
        command += ["-CA", str(authority[0]), "-CAkey", str(authority[1])]
        command += ["-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def tls(pair):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*map(str, pair))
    return context


class Case:
    """A provider and a mail server, for one registration."""

    def __init__(self, name, smtp, roots=None, **server_options):
        self.name = name
        self.mailbox = Mailbox()
        port = free_port()
        self.server = serve(self.mailbox, port, **server_options)
        folder = pathlib.Path(os.environ["FOLDER"]) / name.replace(" ", "-")
        self.provider = Provider(folder, {"port": port, **smtp}, trusted_roots=roots)

    def __enter__(self):
        self.provider.start()
        return self

    def __exit__(self, *_):
        self.provider.stop()
        self.server.stop()

    def register(self, number):
        citizen = Citizen(self.provider.issuer, number)
        citizen.register()
        return citizen

    def must_arrive(self, citizen):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.mailbox.to(citizen.email):
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.name}: no e-mail arrived\n{self.provider.last_words()}")
            time.sleep(0.05)
        [message] = self.mailbox.to(citizen.email)
        plain = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        for part, text in (("text", plain), ("HTML", html)):
            if f"{self.provider.issuer}/" not in text:
                raise SystemExit(f"{self.name}: no link in the {part} part:\n{text}")
        if citizen.username not in plain or "Cảm ơn bạn đã đăng ký" not in plain:
            raise SystemExit(f"{self.name}: the text did not arrive as it was written:\n{plain}")
        for header in ("Message-ID", "Date", "From", "To", "Subject"):
            if not message[header]:
                raise SystemExit(f"{self.name}: the header {header} is missing")
        print(f"  {self.name}: arrived")

    def must_not_arrive(self):
        time.sleep(WATCH_SECONDS)
        if len(self.mailbox):
            raise SystemExit(f"{self.name}: an e-mail was sent to a server that cannot be trusted")
        print(f"  {self.name}: nothing was sent")


def main():
    certificates = pathlib.Path(os.environ["FOLDER"]) / "certificates"
    authority = certificate(certificates, "authority")
    right = tls(certificate(certificates, "localhost", authority))
    wrong = tls(certificate(certificates, "elsewhere.example", authority))
    stranger = tls(certificate(certificates / "stranger", "localhost", certificate(certificates / "stranger", "authority")))
    root = authority[0]
    named = {"host": "localhost"}

    with Case("plain on the loopback", {"security": "none"}) as case:
        case.must_arrive(case.register(1))
    with Case("STARTTLS", {**named, "security": "starttls"}, root, tls_context=right, require_starttls=True) as case:
        case.must_arrive(case.register(2))
    with Case("TLS", {**named, "security": "tls"}, root, ssl_context=right) as case:
        case.must_arrive(case.register(3))
    refused(root, named, wrong, stranger)


# security: row 29
def refused(root, named, wrong, stranger):
    with Case("a server without STARTTLS", {**named, "security": "starttls"}, root) as case:
        case.register(4)
        case.must_not_arrive()
    with Case("STARTTLS with a wrong name", {**named, "security": "starttls"}, root, tls_context=wrong, require_starttls=True) as case:
        case.register(5)
        case.must_not_arrive()
    with Case("TLS by an unknown authority", {**named, "security": "tls"}, root, ssl_context=stranger) as case:
        case.register(6)
        case.must_not_arrive()


if __name__ == "__main__":
    sys.exit(main())
