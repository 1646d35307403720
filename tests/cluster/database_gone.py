"""What people, balancers and operators see when a database or Redis is away, full, of another version or set up wrongly.

Each case starts real servers of its own and says in one line what it saw.
"""

import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crash"))

from citizen import Citizen, NotServed, name_of  # noqa: E402
from mailbox import Mailbox, serve  # noqa: E402
from provider import Provider  # noqa: E402
from servers import Postgres, Redis, end_in_order_when_told, free_port  # noqa: E402
from service import CLIENTS, Service  # noqa: E402
from sms import SmsGateway  # noqa: E402

PATIENCE_SECONDS = 60


class Stage:
    """What each case needs beside its servers."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.mailbox, self.gateway, self.smtp_port = Mailbox(), SmsGateway(), free_port()
        self.smtp = serve(self.mailbox, self.smtp_port)
        self.clients = folder / "clients.toml"
        self.clients.write_text(CLIENTS, encoding="utf-8")
        self.running = []

    def provider(self, **more):
        smtp = {"port": self.smtp_port, "security": "none"}
        provider = Provider(self.folder / "provider", smtp, sms=self.gateway.url, clients=self.clients, **more)
        self.running.append(provider)
        return provider

    def server(self, kind, *more):
        server = kind(self.folder / kind.__name__.lower(), *more)
        self.running.append(server)
        return server

    def person(self, issuer, number):
        """Somebody who is registered and activated."""
        citizen = Citizen(issuer, number)
        citizen.register()
        until(lambda: self.mailbox.to(citizen.email), "no e-mail")
        assert citizen.activate(self.mailbox.to(citizen.email)[0])
        return citizen

    def close(self):
        for one in self.running:
            one.stop()
        self.gateway.stop()
        self.smtp.stop()


def until(condition, complaint, patience=PATIENCE_SECONDS):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(complaint)
        time.sleep(0.1)


def page(provider, path):
    """Status, headers and text, whatever they are."""
    request = urllib.request.Request(f"http://127.0.0.1:{provider.port}{path}", headers={"Accept": "text/html", "Accept-Language": "vi"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read().decode()


def refused_start(provider):
    """What the program says when it does not start."""
    command = [provider.program, "serve", "--config", str(provider.config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0, "it started"
    return ended.stderr


def a_start_waits_for_postgres(stage):
    postgres = stage.server(Postgres)
    provider = stage.provider(storage=postgres.url)
    provider.spawn()
    until(lambda: "Waiting for the database" in provider.last_words(), "it does not say that it waits")
    assert provider.process.poll() is None
    postgres.start()
    until(lambda: provider.status("/readyz") == 200, "it does not become ready")


def without_postgres_everybody_is_told_and_it_comes_back(stage):
    postgres = stage.server(Postgres).start()
    provider = stage.provider(storage=postgres.url)
    provider.start()
    citizen = stage.person(provider.issuer, 1)
    assert citizen.sign_in(stage.gateway)
    service = Service(provider.issuer, lambda *_: None)
    assert service.log_in(citizen)
    postgres.stop(signal.SIGQUIT)
    status, headers, text = page(provider, "/")
    assert status == 200, "a stranger's front page needs no database"
    try:
        citizen.signed_in()
        raise AssertionError("a session was known without a database")
    except NotServed as told:
        assert str(told).startswith("503"), told
    cookie = next(handler for handler in citizen.browser.handlers if hasattr(handler, "cookiejar")).cookiejar
    cookies = "; ".join(f"{one.name}={one.value}" for one in cookie)
    request = urllib.request.Request(provider.issuer, headers={"Accept": "text/html", "Accept-Language": "vi", "Cookie": cookies})
    try:
        urllib.request.urlopen(request, timeout=30)
        raise AssertionError("no refusal")
    except urllib.error.HTTPError as refusal:
        text = refusal.read().decode()
        assert refusal.code == 503 and int(refusal.headers["Retry-After"]) > 0
        assert name_of(text) == "error" and 'lang="vi"' in text, text[:500]
    try:
        service.refresh()
        raise AssertionError("a refresh without a database")
    except NotServed as told:
        assert str(told).startswith("503"), told
    assert provider.status("/healthz") == 200 and provider.status("/readyz") == 503
    assert provider.status("/jwks") == 200 and provider.status("/.well-known/openid-configuration") == 200
    postgres.start()
    until(lambda: provider.status("/readyz") == 200, "it does not come back")
    assert citizen.signed_in(), "the session is gone"
    service.refresh()


def without_redis_people_sign_in(stage):
    redis = stage.server(Redis).start()
    provider = stage.provider(ephemeral=redis.url)
    provider.start()
    citizen = stage.person(provider.issuer, 1)
    redis.stop(signal.SIGKILL)
    began = time.monotonic()
    assert citizen.sign_in(stage.gateway), "no sign-in without Redis"
    took = time.monotonic() - began
    assert took < 5, f"a sign-in took {took:.1f} s"
    service = Service(provider.issuer, lambda *_: None)
    assert service.log_in(citizen)
    service.refresh()
    assert provider.status("/jwks") == 200 and provider.status("/readyz") == 200
    redis.start()
    time.sleep(1.5)
    assert citizen.sign_in(stage.gateway)


def a_redis_that_evicts_is_refused(stage):
    redis = stage.server(Redis, "allkeys-lru").start()
    said = refused_start(stage.provider(ephemeral=redis.url))
    assert "noeviction" in said and "allkeys-lru" in said, said


def a_second_process_on_the_same_file_is_refused(stage):
    provider = stage.provider()
    provider.start()
    said = refused_start(provider)
    assert "another process already serves" in said, said
    assert provider.status("/readyz") == 200


def a_newer_database_is_refused(stage):
    provider = stage.provider()
    provider.start()
    provider.stop()
    with sqlite3.connect(provider.folder / "portal-id.sqlite3") as database:
        database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')")
    said = refused_start(provider)
    assert "9999" in said and "newer version" in said, said


def a_full_disk_asks_people_to_come_back(stage):
    """A limit on the size of files stands for the disk: the engine gets the same refusal from the system."""
    provider = stage.provider()
    provider.start()
    citizen = stage.person(provider.issuer, 1)
    # The log shares the limit, so only the database may be near it.
    files = [path.stat().st_size for path in provider.folder.iterdir() if path.is_file()]
    provider.stop()
    size = max(files) + 64 * 1024

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    provider.spawn(preexec_fn=limit)
    until(lambda: provider.status("/healthz") == 200, "it does not start")
    told, refused = [citizen], 0
    for number in range(2, 400):
        newcomer = Citizen(provider.issuer, number)
        try:
            if newcomer.register():
                told.append(newcomer)
        except NotServed as answer:
            assert str(answer).startswith("503"), answer
            refused += 1
            if refused == 5:
                break
    assert refused == 5, "the disk never filled up"
    assert provider.status("/healthz") == 200 and provider.status("/jwks") == 200
    # Somebody makes room, without a restart.
    resource.prlimit(provider.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wanted = {one.email for one in told}
    until(lambda: not wanted - stage.mailbox.delivered(), f"e-mails are missing: {wanted - stage.mailbox.delivered()}", 90)
    newcomer = stage.person(provider.issuer, 900)
    assert newcomer.sign_in(stage.gateway) and citizen.sign_in(stage.gateway)


CASES = [
    a_start_waits_for_postgres,
    without_postgres_everybody_is_told_and_it_comes_back,
    without_redis_people_sign_in,
    a_redis_that_evicts_is_refused,
    a_second_process_on_the_same_file_is_refused,
    a_newer_database_is_refused,
    a_full_disk_asks_people_to_come_back,
]


def main():
    end_in_order_when_told()
    folder = pathlib.Path(os.environ["FOLDER"]) / "gone"
    chosen = [case for case in CASES if not sys.argv[1:] or case.__name__ in sys.argv[1:]]
    for case in chosen:
        stage = Stage(folder / case.__name__)
        try:
            began = time.monotonic()
            case(stage)
            print(f"  ok  {case.__name__.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
        except BaseException:
            for one in stage.running:
                print(one.last_words() if one.log.exists() else "", file=sys.stderr)
            raise
        finally:
            stage.close()
    print(f"{len(chosen)} passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
