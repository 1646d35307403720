"""The guide's pages as programs: what they fence off, with the values of this run in place of those that a reader sees.

The info string of a block says what it is:

    ```js file=service.mjs    a whole file, or what the page says to put into one
    ```sh register            what the operator types: `portal-id client add …`
    ```sh run                 what the author of the service types
    ```sh install             the packages, pinned to the versions that these tests have

Values are replaced as text, in every block of the page alike. A value that the page shows nowhere, and an example that is
left in a block, are faults: the page and the test no longer speak of the same thing.
"""

import json
import pathlib
import re

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
GUIDE = REPOSITORY / "docs/guide"
INTEROP = REPOSITORY / "tests/interop"

BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the pages show in place of the reader's own.
ISSUER = "https://id.tinh.example.gov.vn"
ORIGIN = "https://khaisinh.example.gov.vn"
SECRET = "the-client-secret"
PORT = "3000"
HOST = ORIGIN.removeprefix("https://")
EXAMPLES = [ISSUER.removeprefix("https://"), HOST, SECRET, "the-secret-of-", "/etc/"]


class Page:
    """`name` is the page's path in docs/guide."""

    def __init__(self, name):
        self.name = name
        text = (GUIDE / name).read_text(encoding="utf-8")
        # (language, what it is, text), in the order of the page.
        self.blocks = [found.groups(default="") for found in BLOCK.finditer(text)]
        self._pins_are_ours()

    def tagged(self, *kinds):
        """(what it is, text) of the blocks that are of one of these kinds; `file` is any file."""
        return [(kind, text) for _, kind, text in self.blocks if kind in kinds or kind.partition("=")[0] in kinds]

    def only(self, kind):
        found = self.tagged(kind)
        if len(found) != 1:
            raise SystemExit(f"{self.name} has {len(found)} blocks `{kind}` instead of one")
        return found[0][1]

    def covers(self, values):
        """Fails unless the page shows each of `values`, and none of the examples besides."""
        shown = "".join(text for _, text in self.tagged("file", "register", "run"))
        for example in values:
            if example not in shown:
                raise SystemExit(f"{self.name} no longer shows {example} in its blocks: what shall the test replace?")
        left = [example for example in EXAMPLES if example in filled(shown, values)]
        if left:
            raise SystemExit(f"{self.name} shows {', '.join(left)}, which the test does not replace")

    def write(self, folder, values):
        """Writes the page's files into `folder`, where Node finds our packages."""
        files = self.tagged("file")
        if not files:
            raise SystemExit(f"{self.name} has no block `file=…`")
        for kind, text in files:
            (folder / kind.partition("=")[2]).write_text(filled(text, values), encoding="utf-8")
        (folder / "node_modules").symlink_to(INTEROP / "node_modules")

    def _pins_are_ours(self):
        ours = json.loads((INTEROP / "package.json").read_text(encoding="utf-8"))["dependencies"]
        pins = (INTEROP / "town/requirements.txt").read_text(encoding="utf-8").splitlines()
        for _, text in self.tagged("install"):
            tool, _, *packages = text.split()
            for package in packages:
                name, _, version = package.rpartition("@")
                if not (ours.get(name) == version if tool == "npm" else package in pins):
                    raise SystemExit(f"{self.name} installs {package}, which is not the version that these tests have")


def filled(text, values):
    """`text` with each key of `values` replaced, the longer ones first."""
    keys = sorted(values, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, keys)), lambda found: values[found.group()], text) if keys else text
