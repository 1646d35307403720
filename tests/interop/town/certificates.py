"""The certificate of the running provider: renewed without a restart, kept when what replaces it is broken."""

import shutil
import signal
import ssl
import time

PATIENCE_SECONDS = 20


def are_renewed_while_it_runs(provider, authority, pair):
    """`pair` holds the files that the provider was started with."""
    first = shown(provider)
    renewed = authority.vouch("renewed", "localhost")

    # Half of a renewal: the new certificate with the old key.
    shutil.copyfile(renewed[0], pair[0])
    tell(provider, "to no avail")
    if shown(provider) != first or not provider.healthy():
        raise SystemExit("a pair that does not fit was used, or ended the service")

    shutil.copyfile(renewed[1], pair[1])
    tell(provider, "was looked at")
    if shown(provider) == first or not provider.healthy():
        raise SystemExit(f"the renewed certificate is not shown\n{provider.last_words()}")

    # Nobody tells it: it looks by itself.
    second = shown(provider)
    for new, old in zip(authority.vouch("renewed-again", "localhost"), pair, strict=True):
        shutil.copyfile(new, old)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while shown(provider) == second:
        if time.monotonic() > deadline:
            raise SystemExit(f"the provider does not look at its certificate\n{provider.last_words()}")
        time.sleep(0.1)
    print("  the certificate was renewed while the provider ran", flush=True)


def shown(provider):
    return ssl.get_server_certificate(("localhost", provider.port), timeout=10)


def tell(provider, answer):
    """SIGHUP, and wait for the line of the log that answers it."""
    before = provider.log.stat().st_size
    provider.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while answer not in provider.log.read_bytes()[before:].decode(errors="replace"):
        if time.monotonic() > deadline or provider.process.poll() is not None:
            raise SystemExit(f"no answer to SIGHUP\n{provider.last_words()}")
        time.sleep(0.02)
