"""services.md, typed from top to bottom in one shell: a key, a token by key and by secret, what it is good for, its end."""

import base64
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "crash"))

from pages import ISSUER, Page, filled  # noqa: E402
from shell import Shell, secrets  # noqa: E402

TOWN = json.loads(pathlib.Path(os.environ["TOWN"]).read_text(encoding="utf-8"))
RESOURCE, SCOPE = "https://kho.example.gov.vn/api", "kho:doc"


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def main():
    page = Page("relying-party/services.md")
    folder = pathlib.Path(TOWN["guide"]["config"]).parent / "guide-services"
    folder.mkdir()
    values, answers = {ISSUER: TOWN["issuer"]}, []
    page.write(folder, values)
    shell = Shell(folder, TOWN["guide"]["config"])
    try:
        for kind, text in page.tagged("register", "run"):
            printed = shell.type(filled(text, values))
            if kind == "register":
                values |= {f"the-secret-of-{client}": secret for client, secret in secrets(printed).items()}
            else:
                answers.append(printed)
        page.covers(values)

        made, by_key, by_secret, introspected, revoked = answers
        assert made == "" and revoked == "", answers
        for token, client in [(by_key, "mot-cua-may"), (json.loads(by_secret)["access_token"], "ban-do")]:
            told = claims(token)
            facts = (told["iss"], told["client_id"], told["sub"], told["aud"], told["scope"])
            assert facts == (TOWN["issuer"], client, client, RESOURCE, SCOPE), told
        answer = json.loads(introspected)
        assert answer["active"] is True and answer["client_id"] == "ban-do" and answer["aud"] == [RESOURCE], answer

        again = next(text for _, text in page.tagged("run") if "/introspect" in text)
        assert json.loads(shell.type(filled(again, values))) == {"active": False}, "given back, and still good"
    finally:
        shell.close()
    print("    services.md: a token by key, one by secret, introspected, given back", flush=True)


if __name__ == "__main__":
    sys.exit(main())
