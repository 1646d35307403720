"""A province in small: people who register, activate and sign in, services that log in, refresh and read, all at once."""

import collections
import random
import threading
import time

from citizen import Citizen, Fault
from service import Refused, Service

# A refresh token that was used up can be used again for so long (decisions 21); a little less, to be sure.
GRACE_SECONDS = 8


# A page or an answer, be it a refusal: 422 is a page that asks again, as for a code that another visitor's took over.
ANSWERS = ("good", "400", "401", "403", "404", "422")


class Phase:
    """What clients saw while something went on."""

    def __init__(self, name):
        self.name = name
        self.began = time.monotonic()
        self.seconds = 0
        self.kinds = collections.Counter()
        self.slowest = 0

    @property
    def requests(self):
        return sum(self.kinds.values())

    @property
    def failures(self):
        return self.requests - sum(self.kinds[kind] for kind in ANSWERS)


class Load:
    def __init__(self, issuer, mailbox, gateway):
        self.issuer, self.mailbox, self.gateway = issuer, mailbox, gateway
        self.registered, self.activated, self.sessions, self.logins = [], [], [], []
        self.unsure, self.faults, self.refused = [], [], []
        self.phases = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        self._number = 0
        self._threads = []

    def start(self):
        for step, count in ((self.newcomer, 2), (self.visitor, 3), (self.client, 3), (self.reader, 1)):
            for _ in range(count):
                thread = threading.Thread(target=self._live, args=(step,))
                thread.start()
                self._threads.append(thread)

    def phase(self, name):
        with self.lock:
            if self.phases:
                self.phases[-1].seconds = time.monotonic() - self.phases[-1].began
            self.phases.append(Phase(name))
        print(f"  {name}", flush=True)

    def stop(self):
        self.over.set()
        for thread in self._threads:
            thread.join()
        self.phases[-1].seconds = time.monotonic() - self.phases[-1].began

    def watch(self, kind, seconds):
        with self.lock:
            self.phases[-1].kinds[kind] += 1
            self.phases[-1].slowest = max(self.phases[-1].slowest, seconds)

    def citizen(self, number=None):
        if number is None:
            with self.lock:
                self._number += 1
                number = self._number
        return Citizen(self.issuer, number, self.watch)

    def _live(self, step):
        while not self.over.is_set():
            try:
                step()
            except OSError:
                # Not acknowledged: a person would wait a moment and try again.
                time.sleep(0.2)
            except Fault as fault:
                self._add(self.faults, f"{self.phases[-1].name}: {fault}")
            except Refused as refusal:
                self._add(self.refused, f"{self.phases[-1].name}: {refusal}")
            except AssertionError as unexpected:
                self._add(self.faults, f"{self.phases[-1].name}: {unexpected}")

    def _add(self, kind, fact):
        with self.lock:
            kind.append(fact)

    def _some(self, kind):
        with self.lock:
            return random.choice(kind) if kind else None

    def newcomer(self):
        citizen = self.citizen()
        if not citizen.register():
            return
        self._add(self.registered, citizen)
        for _ in range(100):
            if self.mailbox.to(citizen.email) or self.over.is_set():
                break
            time.sleep(0.1)
        mails = self.mailbox.to(citizen.email)
        if mails and citizen.activate(mails[0]):
            self._add(self.activated, citizen)

    def visitor(self):
        known = self._some(self.activated)
        if known is None:
            time.sleep(0.1)
            return
        visitor = self.citizen(known.number)
        visitor.password = known.password
        if not visitor.sign_in(self.gateway, patience=8):
            return
        self._add(self.sessions, visitor)
        service = Service(self.issuer, self.watch)
        if service.log_in(visitor):
            self._add(self.logins, service)

    def client(self):
        """One service goes on with a login that nobody else uses meanwhile."""
        with self.lock:
            service = self.logins.pop(random.randrange(len(self.logins))) if self.logins else None
        if service is None:
            time.sleep(0.1)
            return
        try:
            for _ in range(3):
                self._refresh(service)
                service.userinfo()
        finally:
            self._add(self.unsure if service.unsure_since else self.logins, service)

    def _refresh(self, service):
        """As a good client does: an answer that was lost is asked for again while the grace lasts."""
        while True:
            try:
                return service.refresh()
            except OSError:
                if time.monotonic() - service.unsure_since > GRACE_SECONDS:
                    raise
                time.sleep(0.2)

    def reader(self):
        service = Service(self.issuer, self.watch)
        service.request("/.well-known/openid-configuration")
        service.request("/jwks")
        time.sleep(0.02)
