"""A shell in which the guide's commands are typed one after the other, with the real `portal-id` at hand."""

import os
import pathlib
import subprocess
import sys

MARK = "=== typed ==="


def environment(config=None):
    """Where commands of the guide are found: `portal-id`, and what is installed beside this Python."""
    tools = pathlib.Path(os.environ["FOLDER"]) / "bin"
    tools.mkdir(exist_ok=True)
    if not (tools / "portal-id").exists():
        (tools / "portal-id").symlink_to(os.environ["PORTAL_ID"])
    path = os.pathsep.join([str(tools), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    known = {**os.environ, "PATH": path, "CURL_CA_BUNDLE": os.environ.get("SSL_CERT_FILE", "")}
    return {**known, "PORTAL_ID_CONFIG": str(config)} if config else known


class Shell:
    """One bash: what a command sets is known to the next."""

    def __init__(self, folder, config):
        self._bash = subprocess.Popen(
            ["bash"], cwd=folder, env=environment(config), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._bash.stdin.write("set -euo pipefail\n")

    def type(self, text):
        """What it prints. A command that fails ends the test."""
        self._bash.stdin.write(f"{{\n{text}\n}} </dev/null\necho\necho '{MARK}'\n")
        self._bash.stdin.flush()
        lines = []
        for line in self._bash.stdout:
            if line.rstrip() == MARK:
                return "".join(lines).strip()
            lines.append(line)
        raise SystemExit(f"this command of the guide failed:\n{text}\n{''.join(lines)}")

    def close(self):
        self._bash.stdin.close()
        self._bash.wait(10)
        self._bash.stdout.close()


def secrets(printed):
    """The secrets in what `portal-id client add` printed, by client."""
    found, client = {}, None
    for line in printed.splitlines():
        name, _, value = line.partition(" ")
        if name == "client_id":
            client = value.strip()
        elif name == "client_secret":
            found[client] = value.strip()
    return found
