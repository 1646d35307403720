"""Every block of settings in docs/guide, laid over our sample of a production configuration and read by `portal-id check`:
a setting that does not exist, or a value that a start refuses, fails."""

import json
import re
import tomllib

from authority import Authority

# Where a block names a file, one must be there.
FILE = re.compile(r'_file = "(/etc/portal-id/[^"]+)"')


class Settings:
    """`machine` has the sample at its place."""

    def __init__(self, machine):
        self.machine = machine
        self.sample = tomllib.loads((machine.etc / "portal-id.toml").read_text(encoding="utf-8"))
        authority = Authority(machine.folder / "authority")
        chain, key = authority.vouch("portal", "id.tinh.example.gov.vn")
        self.contents = {"fullchain.pem": chain, "privkey.pem": key, "province-ca.pem": authority.ca}

    def check(self, block):
        self.put(block, "overlaid.toml")
        self.machine.type("portal-id check --config /etc/portal-id/overlaid.toml")

    def put(self, block, name="portal-id.toml"):
        """Writes the sample with `block` over it."""
        for path in FILE.findall(block):
            self._write(path.removeprefix("/etc/portal-id/"))
        # What the reader fills in is left out of the page as an ellipsis.
        block = tomllib.loads(self.machine.here(block.replace("…", "filled.in")))
        whole = laid_over(self.sample, block)
        text = "\n".join(f"{name} = {inline(value)}" for name, value in whole.items())
        (self.machine.etc / name).write_text(text, encoding="utf-8")

    def _write(self, name):
        path = self.machine.etc / name
        path.parent.mkdir(exist_ok=True)
        if path.exists():
            return
        content = self.contents.get(path.name)
        path.touch(mode=0o600)
        # SMPP has room for a password of 8; the secret of a callback has at least 24.
        dummy = b"password" if "password" in name else b"abcdefghijklmnopqrstuvwxyz"
        path.write_bytes(content.read_bytes() if content else dummy)


def laid_over(base, block):
    """`block` over `base`, table by table."""
    if not (isinstance(base, dict) and isinstance(block, dict)):
        return block
    return {name: laid_over(base.get(name), block[name]) if name in block else base[name] for name in {**base, **block}}


def inline(value):
    """A value as TOML writes it in one line. JSON's texts, numbers and booleans are TOML's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {inline(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)
