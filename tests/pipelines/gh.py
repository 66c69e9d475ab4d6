"""Stands in for GitHub's `gh api` in tests: comments and issues in a JSON file, expressions by the real jq.

python gh.py STORE api [--paginate] [--method M] PATH [--jq EXPRESSION] [-f K=V]… [-F K=@FILE]…
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

BOT = "github-actions[bot]"


def main(store: Path, words: list[str]) -> None:
    assert words.pop(0) == "api"
    method, expression, path, fields = "GET", "", "", {}
    while words:
        word = words.pop(0)
        if word == "--method":
            method = words.pop(0)
        elif word == "--jq":
            expression = words.pop(0)
        elif word in ("-f", "-F"):
            name, _, value = words.pop(0).partition("=")
            fields[name] = Path(value[1:]).read_text("utf-8") if word == "-F" and value.startswith("@") else value
        elif word != "--paginate":
            path = word
    things: list[dict[str, Any]] = json.loads(store.read_text()) if store.exists() else []
    answer = asked(things, method, path, fields)
    store.write_text(json.dumps(things))
    if expression:
        subprocess.run(["jq", "-r", expression], input=json.dumps(answer), text=True, check=True)
    else:
        print(json.dumps(answer))


def asked(things: list[dict[str, Any]], method: str, path: str, fields: dict[str, str]) -> Any:
    """Lists what is open, makes, or changes one by its number; anything else is an error, as GitHub's would be."""
    listing = re.fullmatch(r"repos/contoso/mail/issues(?:/7/comments|\?state=open)?", path)
    if listing and method == "GET":
        return [one for one in things if one["state"] == "open"]
    if listing and method == "POST":
        number = len(things) + 1
        made = {"id": number, "number": number, "state": "open", "user": {"login": BOT}, **fields}
        things.append(made)
        return made
    one = re.fullmatch(r"repos/contoso/mail/issues/(?:comments/)?(\d+)", path)
    assert one is not None, path
    assert method == "PATCH"
    things[int(one[1]) - 1].update(fields)
    return things[int(one[1]) - 1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
