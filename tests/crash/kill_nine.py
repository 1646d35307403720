"""kill -9 at random moments: no acknowledged registration, activation, session or sign-out is lost.

Again and again the real process is started on the same data, citizens register, activate, sign in, use a service and sign
out over HTTP, and the process is killed at a random moment: right after a page said that something succeeded, while other
things are under way, while e-mails and notices are being delivered or while the mail server or the service refuses them. In
the end the process runs in peace, and one by one every citizen whose success page was read to its end must have the e-mail,
every activated one must be able to sign in, every browser that was signed in must still be known, and the service must have
been told of every session that was signed out (OpenID Connect Back-Channel Logout 1.0) and of no session that nobody left.

STORE=sqlite (default) or postgres; ROUNDS kills (50); SEED repeats the choices.
"""

import concurrent.futures
import os
import pathlib
import random
import sys
import threading
import time

from citizen import Citizen
from mailbox import Mailbox, serve
from notices import Notices, claims_of
from provider import Provider
from servers import Postgres, end_in_order_when_told, free_port
from service import CLIENTS, Service
from sms import SmsGateway

ROUNDS = int(os.environ.get("ROUNDS", "50"))
STORE = os.environ.get("STORE", "sqlite")
REGISTERING_AT_ONCE = 1
SIGNING_IN_AT_ONCE = 4
LEAVING_AT_ONCE = 1
VERIFYING_AT_ONCE = 8
# After the first success of a life.
LONGEST_LIFE_SECONDS = 1.0
# The lease of a message that was being delivered has to end first. One that was refused in many rounds is retried with
# pauses that grow to as long as it has waited already, so the patience grows with the run.
PATIENCE_SECONDS = 180


class Told:
    """What people were told, read to the end of the page."""

    def __init__(self):
        self.registered, self.activated, self.sessions = [], [], []
        # The `sid` of sessions that people began to leave, and of those that they were told they had left.
        self.leaving, self.left = [], []
        self.mistakes = []
        self.lock = threading.Lock()
        self._numbers = iter(range(1, 10**6))

    def number(self):
        with self.lock:
            return next(self._numbers)

    def add(self, kind, fact):
        with self.lock:
            kind.append(fact)

    def some(self, kind, chance):
        with self.lock:
            return chance.choice(kind) if kind else None

    def take_leaver(self, chance):
        """A signed-in browser that reached the service and will leave. As many stay as have left."""
        with self.lock:
            known = [visitor for visitor in self.sessions if visitor.sid]
            if len(known) <= len(self.leaving):
                return None
            visitor = chance.choice(known)
            self.sessions.remove(visitor)
            self.leaving.append(visitor.sid)
            return visitor


def main():
    end_in_order_when_told()
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print(f"{ROUNDS} kills on {STORE}, seed {seed} (SEED={seed} repeats the choices)", flush=True)
    folder = pathlib.Path(os.environ["FOLDER"]) / STORE
    mailbox, gateway, notices, smtp_port = Mailbox(), SmsGateway(), Notices(), free_port()
    smtp = serve(mailbox, smtp_port)
    database = Postgres(folder / "postgres").start() if STORE == "postgres" else None
    storage = database.url if database else None
    folder.mkdir(parents=True, exist_ok=True)
    clients = folder / "clients.toml"
    clients.write_text(f'{CLIENTS}backchannel_logout_uri = "{notices.url}"\n', encoding="utf-8")
    provider = Provider(
        folder / "provider", {"port": smtp_port, "security": "none"}, sms=gateway.url, storage=storage, clients=clients
    )
    told, chance, began = Told(), random.Random(seed), time.monotonic()
    try:
        for number in range(1, ROUNDS + 1):
            # In every second round the mail server is out of order, in every third the service, so that messages wait
            # in the outbox.
            mailbox.refuse, notices.refuse = number % 2 == 0, number % 3 == 0
            provider.start()
            one_life(provider, mailbox, gateway, chance, told)
            if number % 10 == 0:
                print(f"  {number} kills, {summary(told)}, {len(mailbox)} mails, {len(notices.told())} notices", flush=True)
        mailbox.refuse = notices.refuse = False
        provider.start()
        verify(provider, mailbox, gateway, notices, told, PATIENCE_SECONDS + time.monotonic() - began)
    finally:
        provider.stop()
        if database:
            database.stop()
        gateway.stop()
        notices.stop()
        smtp.stop()


def summary(told):
    signed_in = len(told.sessions) + len(told.leaving)
    return (
        f"{len(told.registered)} registrations, {len(told.activated)} activations, {signed_in} sign-ins, "
        f"{len(told.left)} sign-outs told"
    )


def one_life(provider, mailbox, gateway, chance, told):
    """Citizens come and go until the process is killed."""
    dead, first_success = threading.Event(), threading.Event()

    def live(step, seed):
        own = random.Random(seed)
        while not dead.is_set():
            try:
                # Somebody was told something; looking round for nothing to do is no success.
                if step(own):
                    first_success.set()
            except OSError:
                # The connection broke: killed mid-way, nobody was told anything.
                time.sleep(0.02)
            except Exception as error:
                told.add(told.mistakes, error)
                first_success.set()
                return

    def register(_chance):
        citizen = Citizen(provider.issuer, told.number())
        registered = citizen.register()
        if registered:
            told.add(told.registered, citizen)
        return registered

    def sign_in(own):
        citizen = told.some(told.activated, own) if own.random() < 0.5 else None
        if citizen is None:
            citizen = activate(own)
        if citizen is None:
            time.sleep(0.02)
            return False
        visitor = Citizen(provider.issuer, citizen.number)
        visitor.password = citizen.password
        # Not longer: nobody delivers after the kill.
        if not visitor.sign_in(gateway, patience=1.5):
            return False
        visitor.sid = None
        told.add(told.sessions, visitor)
        service = Service(provider.issuer, visitor.watch)
        if service.log_in(visitor):
            visitor.sid = claims_of(service.id_token)["sid"]
        return True

    def leave(own):
        visitor = told.take_leaver(own)
        if visitor is None:
            time.sleep(0.02)
            return False
        signed_out = visitor.sign_out()
        if signed_out:
            told.add(told.left, visitor.sid)
        return signed_out

    def activate(own):
        citizen = told.some(told.registered, own)
        mails = mailbox.to(citizen.email) if citizen else None
        if mails and citizen.new_browser().activate(mails[0]):
            told.add(told.activated, citizen)
            return citizen
        return None

    threads = [
        threading.Thread(target=live, args=(step, chance.random()))
        for step, count in ((register, REGISTERING_AT_ONCE), (sign_in, SIGNING_IN_AT_ONCE), (leave, LEAVING_AT_ONCE))
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    if not first_success.wait(timeout=60):
        raise SystemExit(f"nothing succeeded within a minute:\n{provider.last_words()}")
    time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
    provider.kill()
    dead.set()
    for thread in threads:
        thread.join()
    if told.mistakes:
        raise SystemExit(f"something went wrong while the process lived: {told.mistakes[0]!r}\n{provider.last_words()}")


def verify(provider, mailbox, gateway, notices, told, patience):
    wanted, left = {citizen.email for citizen in told.registered}, set(told.left)
    deadline = time.monotonic() + patience
    while (wanted - mailbox.delivered() or left - notices.told()) and time.monotonic() < deadline:
        time.sleep(0.2)
    unmailed, untold = sorted(wanted - mailbox.delivered()), sorted(left - notices.told())
    # Whoever began to leave and got no answer may have left or not.
    invented = sorted(notices.told() - set(told.leaving))
    twice = sum(len(mailbox.to(address)) > 1 for address in wanted)
    activated = {citizen.number: citizen for citizen in told.activated}
    with concurrent.futures.ThreadPoolExecutor(VERIFYING_AT_ONCE) as pool:
        strangers = [visitor for visitor, known in zip(told.sessions, pool.map(Citizen.signed_in, told.sessions)) if not known]
        shut_out = [
            citizen.username
            for citizen, entered in zip(activated.values(), pool.map(lambda one: one.sign_in(gateway), activated.values()))
            if not entered
        ]
    print(
        f"{len(wanted)} acknowledged registrations, {len(unmailed)} without e-mail, {twice} delivered more than once; "
        f"{len(activated)} activated, {len(shut_out)} cannot sign in; "
        f"{len(told.sessions)} sessions, {len(strangers)} forgotten; "
        f"{len(left)} sign-outs of {len(told.leaving)} begun, {len(untold)} untold, {notices.twice()} told more than once, "
        f"{notices.refused} notices refused, {len(invented)} of sessions that nobody left"
    )
    if unmailed or shut_out or strangers or untold:
        names = [visitor.username for visitor in strangers]
        raise SystemExit(f"LOST: {unmailed} {shut_out} {names} {untold}\n{provider.last_words()}")
    if invented or notices.odd:
        raise SystemExit(f"INVENTED: {invented} {notices.odd}\n{provider.last_words()}")
    if len(wanted) < ROUNDS or len(told.sessions) < ROUNDS // 4 or len(left) < ROUNDS // 4:
        raise SystemExit(f"too little was acknowledged in {ROUNDS} rounds: the test proves too little")


if __name__ == "__main__":
    sys.exit(main())
