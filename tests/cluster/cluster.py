"""Two nodes on one PostgreSQL and one Redis behind HAProxy, under a mixed load, while nodes and servers die.

Afterwards every fact that somebody was told is checked, one by one: zero may be lost. SECONDS is the length of a phase
(default 6), OUTAGE how long PostgreSQL is away (10), REPORT a file for the page that is kept.
"""

import concurrent.futures
import os
import pathlib
import platform
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crash"))

from citizen import Citizen  # noqa: E402
from load import ANSWERS, Load  # noqa: E402
from mailbox import Mailbox, serve  # noqa: E402
from provider import Provider  # noqa: E402
from servers import HaProxy, Postgres, Redis, end_in_order_when_told, free_port  # noqa: E402
from service import CLIENTS, Refused  # noqa: E402
from sms import SmsGateway  # noqa: E402

SECONDS = float(os.environ.get("SECONDS", "6"))
OUTAGE = float(os.environ.get("OUTAGE", "10"))
# HAProxy looks every half second.
DRAIN_SECONDS = 3
SAMPLE = HERE.parent.parent / "deploy/haproxy/haproxy.cfg"
VERIFYING_AT_ONCE = 8
PATIENCE_SECONDS = 120


class House:
    """All that runs."""

    def __init__(self, folder):
        self.mailbox, self.gateway = Mailbox(), SmsGateway()
        smtp_port = free_port()
        self.smtp = serve(self.mailbox, smtp_port)
        self.postgres = Postgres(folder / "postgres").start()
        self.redis = Redis(folder / "redis").start()
        ports = [free_port(), free_port()]
        self.haproxy = HaProxy(folder / "haproxy", SAMPLE, ports)
        clients = folder / "clients.toml"
        clients.write_text(CLIENTS, encoding="utf-8")
        self.nodes = []
        for number, port in enumerate(ports, start=1):
            node = Provider(
                folder / f"node{number}", {"port": smtp_port, "security": "none"},
                key=self.nodes[0].key if self.nodes else None, port=port,
                issuer=f"http://localhost:{self.haproxy.port}", storage=self.postgres.url, ephemeral=self.redis.url,
                sms=self.gateway.url, clients=clients, drain=DRAIN_SECONDS,
            )  # fmt: skip
            node.start()
            self.nodes.append(node)
        self.haproxy.start()
        self.wait_ready()

    @property
    def issuer(self):
        return f"http://localhost:{self.haproxy.port}"

    def wait_ready(self):
        for node in self.nodes:
            wait(lambda node=node: node.status("/readyz") == 200, f"{node.folder.name} is not ready")
        # HAProxy looks every half second.
        time.sleep(1.2)

    def stop(self):
        for node in self.nodes:
            node.stop()
        for server in (self.haproxy, self.redis, self.postgres):
            server.stop()
        self.gateway.stop()
        self.smtp.stop()


def wait(condition, complaint, patience=60):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(complaint)
        time.sleep(0.1)


def main():
    end_in_order_when_told()
    folder = pathlib.Path(os.environ["FOLDER"]) / "cluster"
    house = House(folder)
    load = Load(house.issuer, house.mailbox, house.gateway)
    try:
        load.phase("warm-up")
        load.start()
        time.sleep(SECONDS)
        for name, happening in PHASES:
            load.phase(name)
            happening(house)
            time.sleep(SECONDS)
        load.phase("calm again")
        time.sleep(SECONDS)
        load.stop()
        report = Report(house, load)
        print(report.line())
        if "REPORT" in os.environ:
            pathlib.Path(os.environ["REPORT"]).write_text(report.page(), encoding="utf-8")
        if report.lost or load.faults or load.refused:
            raise SystemExit("\n".join(["LOST OR WRONG:", *report.lost, *load.faults[:10], *load.refused[:10]]))
        if rolling := next(phase for phase in load.phases if phase.name == ROLLING).failures:
            raise SystemExit(f"{rolling} requests failed during the rolling restart")
    finally:
        load.over.set()
        house.stop()


def kill_a_node(house):
    node = house.nodes[0]
    node.kill()
    time.sleep(SECONDS / 2)
    node.start()


def rolling_restart(house):
    for node in house.nodes:
        node.stop()
        node.start()
        house.wait_ready()


def restart_redis(house):
    house.redis.stop(signal.SIGKILL)
    time.sleep(SECONDS / 2)
    house.redis.start()


def restart_postgres(house):
    house.postgres.stop()
    house.postgres.start()
    house.wait_ready()


def crash_postgres(house):
    house.postgres.stop(signal.SIGQUIT)
    time.sleep(OUTAGE)
    house.postgres.start()
    house.wait_ready()


def rotate_keys(house):
    house.nodes[1].command("keys", "rotate")


ROLLING = "rolling restart of both nodes"
PHASES = [
    ("nothing happens", lambda _house: None),
    ("signing keys rotate", rotate_keys),
    (ROLLING, rolling_restart),
    ("kill -9 of a node, then its restart", kill_a_node),
    ("Redis is killed, then started", restart_redis),
    ("PostgreSQL restarts", restart_postgres),
    (f"PostgreSQL crashes and is away for {OUTAGE:.0f} s", crash_postgres),
]


class Report:
    """What was told, and what is still true."""

    def __init__(self, house, load):
        self.load, self.lost = load, []
        wanted = {citizen.email for citizen in load.registered}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while wanted - house.mailbox.delivered() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.lost += [f"no e-mail to {address}" for address in sorted(wanted - house.mailbox.delivered())]
        self.twice = sum(len(house.mailbox.to(address)) > 1 for address in wanted)
        load.phases.append(type(load.phases[-1])("checked afterwards"))
        with concurrent.futures.ThreadPoolExecutor(VERIFYING_AT_ONCE) as pool:
            self._check(pool, "cannot sign in", load.activated, lambda one: one.sign_in(house.gateway))
            self._check(pool, "is not known any more", load.sessions, Citizen.signed_in)
            self._check(pool, "cannot refresh", load.logins, can_refresh)
        load.phases.pop()

    def _check(self, pool, complaint, facts, true):
        for fact, good in zip(facts, pool.map(true, facts)):
            if not good:
                self.lost.append(f"{getattr(fact, 'username', 'a login')} {complaint}")

    def line(self):
        load = self.load
        return (
            f"{sum(phase.requests for phase in load.phases)} requests; told: {len(load.registered)} registrations, "
            f"{len(load.activated)} activations, {len(load.sessions)} sessions, {len(load.logins)} logins with a refresh "
            f"token; lost: {len(self.lost)}; answers 500: {len(load.faults)}; {self.twice} e-mails came twice; "
            f"{len(load.unsure)} logins whose last refresh stayed unanswered beyond the grace"
        )

    def page(self):
        head = "| phase | seconds | requests | failed | of them | slowest |\n|---|---|---|---|---|---|\n"
        rows = "".join(
            f"| {phase.name} | {phase.seconds:.0f} | {phase.requests} | {phase.failures} | "
            f"{', '.join(f'{count} × {kind}' for kind, count in sorted(phase.kinds.items()) if kind not in ANSWERS) or '—'} | "
            f"{phase.slowest:.1f} s |\n"
            for phase in self.load.phases
        )
        return (
            "# Two nodes while things break\n\n"
            f"Made by `tests/cluster/cluster.py` on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.machine()}: "
            "two nodes behind HAProxy (`deploy/haproxy/haproxy.cfg`) on PostgreSQL (`fsync` on) and Redis, everything and the "
            "load on one machine, nine clients at once, password hashes cheap on purpose.\n\n"
            f"{head}{rows}\n"
            "“Failed” is what a client saw that was neither an answer nor a refusal of the protocol: no answer, 429, 502, 503, 504. "
            "Whatever failed was told to nobody as done.\n\n"
            f"Checked one by one afterwards: {self.line()}.\n"
        )


def can_refresh(service):
    try:
        service.refresh()
        return True
    except Refused:
        return False


if __name__ == "__main__":
    sys.exit(main())
