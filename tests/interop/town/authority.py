"""An authority for one run, which everybody in the town trusts and nobody else, and whom it vouched for."""

import pathlib
import subprocess

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]


class Authority:
    """Keeps its files in `folder`: `ca.pem` for those who trust it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca, self._key = self.folder / "ca.pem", self.folder / "ca.key"
        name = ["-subj", "/CN=Authority of the test town", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        self._openssl(*name, "-out", self.ca, "-keyout", self._key)

    def vouch(self, name, *hosts):
        """The paths of a chain and its key for `hosts`, which are names or addresses."""
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        kinds = [f"IP:{host}" if host[0].isdigit() else f"DNS:{host}" for host in hosts]
        self._openssl(
            "-CA", self.ca, "-CAkey", self._key, "-subj", f"/CN={hosts[0]}", "-out", chain, "-keyout", key,
            "-addext", f"subjectAltName={','.join(kinds)}", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "extendedKeyUsage=serverAuth", "-addext", "keyUsage=critical,digitalSignature",
        )  # fmt: skip
        key.chmod(0o600)
        return chain, key

    def trusted_by_chromium(self, home):
        """Makes `home` the home of a Chromium that trusts the authority (NSS, as Chromium reads it on Linux)."""
        database = pathlib.Path(home) / ".pki/nssdb"
        database.mkdir(parents=True, exist_ok=True)
        certutil = ["certutil", "-d", f"sql:{database}"]
        subprocess.run([*certutil, "-N", "--empty-password"], check=True, capture_output=True)
        subprocess.run([*certutil, "-A", "-t", "C,,", "-n", "town", "-i", self.ca], check=True, capture_output=True)
        return home

    def _openssl(self, *words):
        subprocess.run(["openssl", "req", "-x509", *CURVE, *map(str, words)], check=True, capture_output=True)
