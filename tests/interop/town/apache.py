"""Apache with mod_auth_openidc, as Debian packages them, in a folder of its own."""

import os
import pathlib
import pwd
import secrets
import shutil

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
        (pages / "goodbye.html").write_text("<!doctype html><title>Goodbye</title><h1>Goodbye</h1>")
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

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client["client_id"]}
OIDCClientSecret {client["secret"]}
OIDCRedirectURI {client["redirect_uri"]}
OIDCCryptoPassphrase {secrets.token_hex(32)}
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCCABundlePath {authority}
OIDCRedirectURLsAllowed "^{client["origin"]}/"

<Location /protected>
    AuthType openid-connect
    Require valid-user
    Header set X-Remote-User "expr=%{{REMOTE_USER}}"
    Header set X-Subject "expr=%{{reqenv:OIDC_CLAIM_sub}}"
</Location>
"""
