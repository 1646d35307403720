"""Every `portal-id …` that docs/guide tells people to type, typed, and every block of settings read: by the real program, on
a production configuration that was made as docs/guide/operator says. A wrong option is the first thing that a newcomer meets."""

import json
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "town"))

from pages import GUIDE, REPOSITORY, Page  # noqa: E402
from settings import Settings  # noqa: E402
from shell import Shell  # noqa: E402

# Neither a path that ends in the name, nor the user and the group of that name before an option or another command.
COMMAND = re.compile(r"(?<![\w./-])portal-id (?!portal-id\b)\w")
# The first start, as far as it needs no other user and no service manager.
FIRST_START = ("cp deploy/portal-id.example.toml", "cp deploy/clients.example.toml", "install -m 600 /dev/stdin", "(umask 077; ")
# What asks somebody outside.
NOT_TYPED = ("portal-id sms test",)
# Pages whose commands need what the page sets: its first block of settings is in force while they are typed.
WITH_ITS_SETTINGS = ("operator/national-portal.md",)
# The example of RFC 7517, appendix A.1.
PUBLIC_KEY = {
    "kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}  # fmt: skip


def lines_of(page):
    """The lines of a page's `sh` blocks, those that go on below joined."""
    for language, _, text in page.blocks:
        if language == "sh":
            yield from (line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip())


class Machine:
    """A folder in which /etc/portal-id and /var/lib/portal-id lie."""

    def __init__(self, folder):
        self.folder = folder
        self.etc, self.var = folder / "etc", folder / "var"
        for made in (self.etc, self.var, folder / "deploy"):
            made.mkdir(parents=True)
        for sample in (REPOSITORY / "deploy").glob("*.toml"):
            text = self.here(sample.read_text(encoding="utf-8"))
            (folder / "deploy" / sample.name).write_text(text, encoding="utf-8")
        for name in ("thue", "mot-cua-may"):
            (folder / f"{name}.jwks.json").write_text(json.dumps({"keys": [PUBLIC_KEY]}), encoding="utf-8")
        self.shell = Shell(folder, self.etc / "portal-id.toml")

    def here(self, text):
        return text.replace("/etc/portal-id", str(self.etc)).replace("/var/lib/portal-id", str(self.var))

    def type(self, line):
        self.shell.type(self.here(line.replace("sudo -u portal-id ", "")))


def main():
    folder = pathlib.Path(os.environ["FOLDER"]) / "commands"
    machine = Machine(folder)
    typed, checked, left = 0, 0, set()
    try:
        for line in lines_of(Page("operator/README.md")):
            if line.startswith(FIRST_START):
                machine.type(line)
        settings = Settings(machine)
        for path in sorted(GUIDE.glob("**/*.md")):
            # Each page begins with the same names.
            for old in machine.var.iterdir():
                old.unlink()
            page = Page(path.relative_to(GUIDE))
            blocks = [text for language, _, text in page.blocks if language == "toml"]
            settings.put(blocks[0] if str(path.relative_to(GUIDE)) in WITH_ITS_SETTINGS else "")
            for line in lines_of(page):
                kept_out = next((words for words in NOT_TYPED if words in line), None)
                if kept_out:
                    left.add(kept_out)
                elif COMMAND.search(line) and not line.startswith(FIRST_START):
                    machine.type(line)
                    typed += 1
            for block in blocks:
                settings.check(block)
                checked += 1
    finally:
        machine.shell.close()
        shutil.rmtree(folder)
    if left != set(NOT_TYPED) or not typed or not checked:
        raise SystemExit(f"{typed} commands, {checked} blocks of settings; the guide no longer has {set(NOT_TYPED) - left}")
    print(f"    docs/guide: {typed} commands typed, {checked} blocks of settings read", flush=True)


if __name__ == "__main__":
    sys.exit(main())
