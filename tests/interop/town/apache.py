"""Apache with mod_auth_openidc, as Debian packages them, in a folder of its own."""

import os
import pathlib
import pwd
import shutil

from pages import ISSUER, ORIGIN, SECRET, Page, filled
from servers import Server

MODULES = pathlib.Path("/usr/lib/apache2/modules")
LOADED = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers", "mime", "ssl", "auth_openidc"]
UNPRIVILEGED = "www-data"


class Apache(Server):
    """A service that knows nothing of OpenID Connect: the module in front of it does the talking."""

    def __init__(self, folder, client, issuer, pair, authority):
        super().__init__(folder, client["port"])
        self.host = client["host"]
        pages = self.folder / "pages"
        (pages / "protected").mkdir(parents=True)
        (pages / "protected/index.html").write_text("<!doctype html><title>Protected</title><h1>Protected</h1>")
        (pages / "index.html").write_text("<!doctype html><title>Welcome</title><h1>Welcome</h1>")
        self.configuration = self.folder / "apache.conf"
        self.configuration.write_text(self._text(client, issuer, pair, authority, pages), encoding="utf-8")
        self.log = self.folder / "error.log"

    def command(self):
        program = shutil.which("apache2") or "/usr/sbin/apache2"
        return [program, "-f", str(self.configuration), "-D", "FOREGROUND"]

    def answers(self):
        import socket

        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def _text(self, client, issuer, pair, authority, pages):
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
        # It listens as whoever starts it and serves as somebody who may do nothing.
        user = ""
        if os.getuid() == 0:
            pwd.getpwnam(UNPRIVILEGED)
            user = f"User {UNPRIVILEGED}\nGroup {UNPRIVILEGED}"
        # The lines between are those of the guide, with the town's values.
        page = Page("relying-party/apache.md")
        values = {ISSUER: issuer, ORIGIN: client["origin"], "khai-sinh": client["client_id"], SECRET: client["secret"]}
        page.covers(values)
        return f"""
{modules}
{user}
ServerRoot {self.folder}
ServerName {client["host"]}
Listen {client["host"]}:{client["port"]} https
PidFile {self.folder}/apache.pid
DefaultRuntimeDir {self.folder}
ErrorLog {self.folder}/error.log
LogLevel warn auth_openidc:info
DocumentRoot {pages}
TypesConfig /dev/null
AddType text/html .html
<Directory {pages}>
    Require all granted
</Directory>

SSLEngine on
SSLCertificateFile {pair[0]}
SSLCertificateKeyFile {pair[1]}

{filled(page.only("file"), values)}

OIDCCABundlePath {authority}
<Location /protected>
    Header set X-Remote-User "expr=%{{REMOTE_USER}}"
    Header set X-Subject "expr=%{{reqenv:OIDC_CLAIM_sub}}"
    Header set X-Name "expr=%{{reqenv:OIDC_CLAIM_name}}"
    Header set X-Email "expr=%{{reqenv:OIDC_CLAIM_email}}"
</Location>
"""
