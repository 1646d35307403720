"""The services of the town: `clients.json` says which there are, this gives them places and makes them known.

A line of `clients.json` holds `client_id`, the `stack` whose test takes it, the `host` that it lives on, the paths
`callback` and `signed_out` where they are not the usual ones, the paths `back_channel` and `front_channel` where it wants to
hear of people who left elsewhere, and in `metadata` whatever a `[[client]]` may say.
"""

import json
import pathlib
import random
import socket

HERE = pathlib.Path(__file__).parent
SCOPE = "openid profile email phone address identity organization offline_access"


def a_place(host, taken):
    """A port that nobody listens on. It may be minutes before its service does, so it is none of those that the system
    gives to connections that go out (from 32768 on)."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind((host, port))
            except OSError:
                continue
        if port not in taken:
            return port


def all_of_them():
    """Every client with its place: `origin`, `redirect_uri`, `post_logout_redirect_uri`."""
    clients = json.loads((HERE / "clients.json").read_text(encoding="utf-8"))
    for client in clients:
        port = client["port"] = a_place(client["host"], [other.get("port") for other in clients])
        client["origin"] = f"https://{client['host']}:{port}"
        client["redirect_uri"] = client["origin"] + client.pop("callback", "/callback")
        client["post_logout_redirect_uri"] = client["origin"] + client.pop("signed_out", "/")
        for channel in ("back_channel", "front_channel"):
            if channel in client:
                name = f"{channel.replace('_', '')}_logout_uri"
                client["metadata"][name] = client["origin"] + client.pop(channel)
    return clients


def clients_file(clients):
    """The text of a clients file. JSON's strings, lists and booleans are TOML's."""
    tables = []
    for client in clients:
        table = {
            "client_id": client["client_id"],
            "client_name": f"Dịch vụ {client['client_id']}",
            "redirect_uris": [client["redirect_uri"]],
            "post_logout_redirect_uris": [client["post_logout_redirect_uri"]],
            "scope": SCOPE,
            **client["metadata"],
        }
        tables.append("[[client]]\n" + "\n".join(f"{name} = {json.dumps(value)}" for name, value in table.items()))
    return "\n\n".join(tables) + "\n"


def give_secrets(provider, clients):
    """Each client that proves itself by a secret gets one from the provider's own command, as an operator does it."""
    for client in clients:
        if client["metadata"].get("token_endpoint_auth_method", "client_secret_basic").startswith("client_secret"):
            told = provider.command("client", "rotate-secret", client["client_id"])
            client["secret"] = next(line.split()[1] for line in told.splitlines() if line.startswith("client_secret"))
