"""kill -9 at random moments: no acknowledged registration loses its activation e-mail.

Fifty times the real process is started on the same data folder, citizens register over HTTP, and the
process is killed at a random moment: right after a success page, while others are under way, while
e-mails are being delivered or while the mail server refuses them. In the end the process runs in peace,
and every citizen whose success page was read to its end must have the e-mail, with a link that opens.
"""

import os
import random
import re
import sys
import threading
import time

from citizen import Citizen
from mailbox import Mailbox, serve
from provider import Provider, free_port

ROUNDS = int(os.environ.get("ROUNDS", "50"))
REGISTERING_AT_ONCE = 3
LONGEST_LIFE_SECONDS = 0.4
# The lease of a message that was being delivered has to end first, and a refused one is retried with growing pauses.
PATIENCE_SECONDS = 240


def main():
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    chance = random.Random(seed)
    print(f"{ROUNDS} rounds, seed {seed} (SEED={seed} repeats the choices)", flush=True)

    mailbox = Mailbox()
    smtp_port = free_port()
    server = serve(mailbox, smtp_port)
    provider = Provider(os.path.join(os.environ["FOLDER"], "provider"), {"port": smtp_port, "security": "none"})
    acknowledged, attempted = [], 0
    try:
        for round_number in range(1, ROUNDS + 1):
            # In every second round the mail server is out of order, so that messages wait in the outbox.
            mailbox.refuse = round_number % 2 == 0
            provider.start()
            fresh, attempted = one_life(provider, chance, attempted)
            acknowledged += fresh
            if round_number % 10 == 0:
                print(f"  {round_number} kills, {attempted} tried, {len(acknowledged)} acknowledged, {len(mailbox)} mails so far", flush=True)
        mailbox.refuse = False
        provider.start()
        verify(provider, mailbox, acknowledged)
    finally:
        provider.stop()
        server.stop()


def one_life(provider, chance, number):
    """Citizens register until the process is killed; gives those who were told that they had succeeded."""
    told, mistakes = [], []
    first_success = threading.Event()
    dead = threading.Event()
    lock = threading.Lock()
    counter = iter(range(number + 1, number + 10_000))

    def register():
        while not dead.is_set():
            with lock:
                citizen = Citizen(provider.issuer, next(counter))
            try:
                citizen.register()
            except OSError:
                # The connection broke: killed mid-way, nobody was told anything.
                return
            except Exception as error:
                mistakes.append(error)
                first_success.set()
                return
            with lock:
                told.append(citizen)
            first_success.set()

    threads = [threading.Thread(target=register) for _ in range(REGISTERING_AT_ONCE)]
    for thread in threads:
        thread.start()
    if not first_success.wait(timeout=60):
        raise SystemExit(f"nobody could register within a minute:\n{provider.last_words()}")
    time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
    provider.kill()
    dead.set()
    for thread in threads:
        thread.join()
    if mistakes:
        raise SystemExit(f"a registration went wrong while the process lived: {mistakes[0]}\n{provider.last_words()}")
    return told, next(counter) - 1


def verify(provider, mailbox, acknowledged):
    wanted = {citizen.email for citizen in acknowledged}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while wanted - mailbox.delivered() and time.monotonic() < deadline:
        time.sleep(0.2)
    lost = sorted(wanted - mailbox.delivered())
    twice = sum(len(mailbox.to(address)) > 1 for address in wanted)
    print(f"{len(wanted)} acknowledged registrations, {len(lost)} without e-mail, {twice} delivered more than once")
    if lost:
        raise SystemExit(f"LOST: {', '.join(lost)}\n{provider.last_words()}")
    if len(wanted) < ROUNDS:
        raise SystemExit(f"only {len(wanted)} registrations were acknowledged in {ROUNDS} rounds: the test proves too little")
    for citizen in acknowledged[:: max(1, len(acknowledged) // 10)]:
        text = mailbox.to(citizen.email)[0].get_body(("plain",)).get_content()
        link = re.search(re.escape(provider.issuer) + r"/\S+", text)
        if link is None:
            raise SystemExit(f"the e-mail to {citizen.email} holds no link:\n{text}")
        page = citizen.open(link.group().rstrip(".,)"))
        if citizen.username not in page:
            raise SystemExit(f"the link for {citizen.username} does not open the activation page")
    print("the links open the activation pages")


if __name__ == "__main__":
    sys.exit(main())
