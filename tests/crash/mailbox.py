"""A real SMTP server (aiosmtpd) that keeps what it took and can be told to fail."""

import email
import email.policy
import logging
import threading

from aiosmtpd.controller import Controller


# Handshakes that our provider rightly breaks off are no news.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class Mailbox:
    """Answers to MAIL, RCPT and DATA; `refuse` makes it answer every message with a temporary error."""

    def __init__(self):
        self.refuse = False
        self.refused = 0
        self._kept = {}
        self._number = 0
        self._lock = threading.Lock()

    async def handle_DATA(self, _server, _session, envelope):
        if self.refuse:
            self.refused += 1
            return "451 4.3.0 Try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self._number += 1
            for address in envelope.rcpt_tos:
                self._kept.setdefault(address, []).append(message)
        return "250 2.0.0 OK"

    def to(self, address):
        with self._lock:
            return list(self._kept.get(address, ()))

    def delivered(self):
        with self._lock:
            return set(self._kept)

    def __len__(self):
        with self._lock:
            return self._number


def serve(mailbox, port, **options):
    """Starts the server on the loopback; `tls_context`, `require_starttls`, `ssl_context` as aiosmtpd takes them."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    return controller
