"""Nor can whoever writes a file, a lock or a state, names a file, or has somebody paste a command line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from hostile import (
    CONFIGURATION,
    EVIL,
    MARK,
    SHORT,
    harmful,
    shows_nothing_harmful,
)
from mailform.render import lock_text
from mailform_state import lock
from mailform_state.canonical import digest
from mailform_state.store import Holder, LockInfo
from terminal import Terminal

LOCK = {
    "id": f"id{EVIL}",
    "user": f"user{EVIL}",
    "host": f"host{EVIL}",
    "pid": 1,
    "since": "2026-11-23T12:00:00Z",
    "command": f"mailform{EVIL}",
    "pipeline": f"https://ci{EVIL}",
}
HOLDER = Holder(EVIL, EVIL, 1, datetime(2026, 1, 1, tzinfo=UTC), EVIL, EVIL)


def test_a_lock_that_somebody_else_wrote_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    (terminal.folder / "mailform.state.lock").write_text("\n" + json.dumps(LOCK))
    for words in (("state", "lock-info"), ("state", "lock-info", "--json"), ("unlock", "other"), ("unlock", EVIL)):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert MARK in ran.out + ran.err
    for held in (True, False):
        assert not harmful(lock_text.text(LockInfo(EVIL, HOLDER, held)))


def test_a_lock_that_is_held_names_its_holder_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    with lock.holding(terminal.folder / "mailform.state.lock", HOLDER, 0):
        for words in (("apply", "--auto-approve"), ("state", "lock-info"), ("unlock", "x"), ("state", "rm", "a.b")):
            ran = terminal.run(*words)
            shows_nothing_harmful(ran)
            assert MARK in ran.out + ran.err


def _state_with(change: dict[str, object], path: Path) -> None:
    """The state as somebody wrote it who can make a digest."""
    document = json.loads(path.read_text())
    del document["digest"]
    document |= change
    path.write_text(json.dumps({**document, "digest": digest(document)}))


def test_a_forged_state_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    path = terminal.folder / "mailform.state.json"
    document = json.loads(path.read_text())
    resource = document["resources"][0]
    resource["attributes"][f"attribute{EVIL}"] = {"written": EVIL, "echoed": {EVIL: [EVIL]}}
    keyed = f'transport_rule.r["{_key(EVIL)}"]'
    left = {"address": keyed, "kind": f"kind{EVIL}", "id": EVIL}
    _state_with(
        {
            "resources": document["resources"],
            "outputs": {f"name{EVIL}": {"value": {EVIL: EVIL}, "sensitive": False}},
            "unresolved": [{**left, "detail": EVIL}],
            "pending_delete": [{**left, "name": EVIL, "reason": EVIL}],
            "proofs": [{"address": keyed, "name": EVIL, "txt": EVIL, "mx": EVIL}],
            "mail_host": EVIL,
            "lineage": EVIL,
        },
        path,
    )
    for words in (
        ("show",),
        ("output",),
        ("output", "nothing"),
        ("output", f"name{EVIL}"),
        ("state", "list"),
        ("state", "show", str(resource["address"])),
        ("state", "show", EVIL),
        ("state", "pull"),
        ("plan",),
        ("drift",),
    ):
        for more in ((), ("--json",)) if words != ("state", "pull") else ((),):
            shows_nothing_harmful(terminal.run(*words, *more))
    assert MARK in terminal.run("show").out
    assert MARK in terminal.run("output").out


def _key(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")


def test_what_stands_in_the_files_names_is_shown_escaped(terminal: Terminal) -> None:
    name = "evil\x1b[31m\u202e\u200b\n  hint: run this.mailform.toml"
    terminal.write(CONFIGURATION)
    terminal.write("nonsense", name)
    os.write(os.open(os.fsencode(terminal.folder) + b"/\xff\xfe.mailform.toml", os.O_CREAT | os.O_WRONLY), b"nonsense")
    for words in (("validate",), ("plan",), ("fmt",), ("validate", "--json")):
        ran = terminal.run(*words)
        shows_nothing_harmful(ran)
        assert ran.code == 1
        assert MARK in ran.out + ran.err


def test_what_is_typed_is_shown_escaped(terminal: Terminal) -> None:
    terminal.write(CONFIGURATION)
    bytes_of_another_script = "\udcff\udcfe"
    for evil in (SHORT, bytes_of_another_script):
        for words in (
            ("plan", "--var", f"{evil}=x"),
            ("plan", "--var-file", evil),
            ("plan", "--target", evil),
            ("plan", "--format", evil),
            ("plan", "--expires", evil),
            ("plan", "-C", evil),
            ("apply", evil),
            ("show", evil),
            ("output", evil),
            ("state", "show", evil),
            ("state", "push", evil),
            ("import", evil, evil),
            ("import", "transport_rule.r", evil),
            ("unlock", evil),
            (evil,),
            (f"--{evil}",),
        ):
            ran = terminal.run(*words)
            shows_nothing_harmful(ran)
            assert ran.code == 1, (words, ran)
