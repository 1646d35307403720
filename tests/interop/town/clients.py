"""The services of the town: `clients.json` says which there are, this gives them places and makes them known.

A line of `clients.json` holds `client_id`, the `stack` whose test takes it, the `host` that it lives on, the paths
`callback` and `signed_out` where they are not the usual ones, the paths `back_channel` and `front_channel` where it wants to
hear of people who left elsewhere, `signs_with` if it proves itself by a key of its own for that algorithm, and in `metadata`
whatever a `[[client]]` may say.
"""

import json
import pathlib
import random
import socket

from joserfc.jwk import ECKey, RSAKey

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
        if "signs_with" in client:
            client["key"], shown = a_key_pair(client["signs_with"])
            client["metadata"]["jwks"] = {"keys": [shown]}
    return clients


def a_key_pair(algorithm):
    """The private half, which stays with the service, and the public one, which the operator gets; both as JWK."""
    key = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(2048)
    names = {"kid": key.thumbprint(), "alg": algorithm, "use": "sig"}
    return {**key.as_dict(private=True), **names}, {**key.as_dict(private=False), **names}


def toml(value):
    """`value` in one line. JSON's strings and booleans are TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def clients_file(clients):
    """The text of a clients file."""
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
        tables.append("[[client]]\n" + "\n".join(f"{name} = {toml(value)}" for name, value in table.items()))
    return "\n\n".join(tables) + "\n"


def give_secrets(provider, clients):
    """Each client that proves itself by a secret gets one from the provider's own command, as an operator does it."""
    for client in clients:
        if client["metadata"].get("token_endpoint_auth_method", "client_secret_basic").startswith("client_secret"):
            told = provider.command("client", "rotate-secret", client["client_id"])
            client["secret"] = next(line.split()[1] for line in told.splitlines() if line.startswith("client_secret"))
