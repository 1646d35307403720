"""The services of the town: `clients.json` says which there are, this gives them places and makes them known.

A line of `clients.json` holds `client_id`, the `stack` whose test takes it, the `host` that it lives on, the paths
`callback` and `signed_out` where they are not the usual ones, and in `metadata` whatever a `[[client]]` may say.
"""

import json
import pathlib

from servers import free_port

HERE = pathlib.Path(__file__).parent
SCOPE = "openid profile email phone address identity organization offline_access"


def all_of_them():
    """Every client with its place: `origin`, `redirect_uri`, `post_logout_redirect_uri`."""
    clients = json.loads((HERE / "clients.json").read_text(encoding="utf-8"))
    for client in clients:
        port = free_port()
        client["port"] = port
        client["origin"] = f"https://{client['host']}:{port}"
        client["redirect_uri"] = client["origin"] + client.pop("callback", "/callback")
        client["post_logout_redirect_uri"] = client["origin"] + client.pop("signed_out", "/")
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
