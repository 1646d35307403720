"""Real servers on free ports and folders of their own, which tests may stop, kill and start again."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

PATIENCE_SECONDS = 60
UNPRIVILEGED = "postgres"


def end_in_order_when_told():
    """SIGTERM leaves by the normal way out, so that what was started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A child process that answers on a port. Subclasses give `command` and may give `identity`."""

    identity = None

    def __init__(self, folder, port):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.log = self.folder / "server.log"
        self.process = None

    def command(self):
        raise NotImplementedError

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **(self.identity or {})
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.command()[0]} ended with {self.process.returncode}:\n{self.last_words()}")
            if self.answers():
                return self
            time.sleep(0.05)
        raise SystemExit(f"{self.command()[0]} does not answer:\n{self.last_words()}")

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM, patience=20):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def last_words(self):
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])


class Postgres(Server):
    """PostgreSQL with everything that durability needs switched on."""

    def __init__(self, folder):
        super().__init__(folder, free_port())
        debian = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        initdb = debian[-1] if debian else shutil.which("initdb")
        if not initdb:
            raise SystemExit("PostgreSQL is missing: `cargo xtask setup` installs it")
        self.programs = pathlib.Path(initdb).parent
        if os.getuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.data = self.folder / "data"
        self._run("initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")

    def command(self):
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100", "fsync=on"]
        settings = [word for option in options for word in ("-c", option)]
        return [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings]

    def answers(self):
        ask = [self.programs / "pg_isready", "--quiet", "--host=127.0.0.1", "--port", str(self.port)]
        return subprocess.run(ask, check=False).returncode == 0

    def stop(self, how=signal.SIGINT, patience=20):
        """SIGINT breaks connections off and writes a checkpoint; SIGQUIT leaves at once, as a crash does."""
        super().stop(how, patience)

    @property
    def url(self):
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def sql(self, statement):
        ask = [self.programs / "psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement, self.url]
        return subprocess.run(ask, check=True, capture_output=True, text=True, cwd="/").stdout.strip()

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments], capture_output=True, text=True, cwd="/", **(self.identity or {})
        )
        if done.returncode:
            raise SystemExit(f"{program}: {done.stderr}")


class Redis(Server):
    def __init__(self, folder, policy="noeviction"):
        super().__init__(folder, free_port())
        self.policy = policy

    def command(self):
        return [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--maxmemory", "64mb", "--maxmemory-policy", self.policy, "--dir", str(self.folder),
        ]  # fmt: skip

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"


class HaProxy(Server):
    """The file that we ship, with the addresses of this test in it."""

    def __init__(self, folder, sample, nodes):
        super().__init__(folder, free_port())
        text = pathlib.Path(sample).read_text(encoding="utf-8").replace("127.0.0.1:8443", f"127.0.0.1:{self.port}")
        for number, port in enumerate(nodes, start=1):
            text = text.replace(f"127.0.0.1:{8080 + number}", f"127.0.0.1:{port}")
        self.configuration = self.folder / "haproxy.cfg"
        self.configuration.write_text(text, encoding="utf-8")

    def command(self):
        return [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", str(self.configuration)]
