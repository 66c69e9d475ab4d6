"""Files of Mailform's that were cut, flipped, forged or made by somebody else: refused (9), and nothing is touched."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from badfiles import JSON, READERS, at, refused
from mailform.diagnostics import Mistakes
from mailform.planfile import load
from mailform_state.canonical import canonical, digest
from mailform_state.errors import Damaged
from mailform_state.journal import Begin, End
from mailform_state.journal_file import Journal, encode_all
from terminal import Terminal

PLACES = 24
"""How many places of a file are cut and flipped here, over the whole command. That every single one is refused, the
readers' own tests show."""


def places(data: bytes) -> list[int]:
    return sorted({0, 1, len(data) - 2, *random.Random(4).sample(range(len(data) - 1), min(PLACES, len(data) - 1))})


@pytest.mark.parametrize("what", ["state", "version of the state", "shown plan", "applied plan", "pushed state"])
def test_a_file_that_was_cut_or_flipped_anywhere_is_damage(whole: Terminal, what: str) -> None:
    path = at(whole, what)
    good = path.read_bytes()
    for place in places(good):
        path.write_bytes(good[:place])
        refused(whole, READERS[what], 9)
        flipped = bytearray(good)
        flipped[place] ^= 0xFF
        path.write_bytes(flipped)
        refused(whole, READERS[what], 9)


def test_every_cut_and_every_flip_of_a_plan_is_damage(whole: Terminal) -> None:
    good = at(whole, "shown plan").read_bytes()
    load(good)
    for place in range(len(good)):
        for bad in (good[:place], good[:place] + bytes([good[place] ^ 1 << place % 8]) + good[place + 1 :]):
            with pytest.raises(Damaged) as refusal:
                load(bad)
            assert refusal.value.hint
    for other in (b"{}", b"[tenant]", b"\x7fELF", b'{"format":"terraform"}'):
        with pytest.raises(Mistakes, match="1 mistakes"):
            load(other)


@pytest.mark.parametrize("what", ["sandbox", "configuration", "variables"])
def test_a_file_for_hands_that_was_cut_or_flipped_anywhere_is_another_one_or_a_mistake(
    whole: Terminal, what: str
) -> None:
    path = at(whole, what)
    good = path.read_bytes()
    for place in places(good):
        flipped = bytearray(good)
        flipped[place] ^= 1 << place % 8
        for bad in (good[:place], bytes(flipped)):
            path.write_bytes(bad)
            refused(whole, READERS[what], 0, 1, 9, 10)


def test_a_journal_that_was_cut_is_a_shorter_one_and_a_flipped_one_is_damage(whole: Terminal) -> None:
    path = at(whole, "journal")
    path.write_bytes(held_journal(whole))
    good = path.read_bytes()
    held = READERS["journal"]
    for place in places(good):
        flipped = bytearray(good)
        flipped[place] ^= 0xFF
        path.write_bytes(flipped)
        assert "Look at the tenant" in refused(whole, held, 9).err
    path.write_bytes(good[:-1])
    assert "mailform recover" in refused(whole, held, 1).err


def held_journal(terminal: Terminal) -> bytes:
    """The journal of a run that could not take everything back, as bytes."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    state = json.loads((terminal.folder / "mailform.state.json").read_text())
    begin = Begin("run", "", state["tenant"], state["lineage"], state["serial"], "somebody", now)
    return encode_all([begin, End(4, now), End(4, now)], Journal())[0]


HOSTILE = {
    "empty": b"",
    "blank": b" \n\n",
    "zeros": b"\0" * 100,
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"format":"mailform-plan"}'.encode("utf-16"),
    "not UTF-8": b'{"configuration":"\xff"}',
    "a key twice": b'{"configuration":1,"configuration":1}',
    "not a number": b'{"configuration":NaN}',
    "infinity": b'{"configuration":-Infinity}',
    "out of range": b'{"configuration":1e999}',
    "10,000 digits": b'{"configuration":' + b"9" * 10_000 + b"}",
    "65 bits": b'{"configuration":9223372036854775808}',
    "half a character": b'{"configuration":"\\ud800"}',
    "a control character": b'{"configuration":"\x1b[31m"}',
    "deep": b'{"configuration":' + b"[" * 65 + b"]" * 65 + b"}",
    "very deep": b'{"configuration":' + b"[" * 100_000,
    "very deep objects": b'{"configuration":' + b'{"a":' * 100_000,
    "another thing": b"[]",
    "no digest": b'{"format":"mailform-state","version":1,"configuration":"mailform-plan"}',
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("what", JSON)
def test_every_trick_of_json_is_refused(whole: Terminal, what: str, hostile: str) -> None:
    at(whole, what).write_bytes(HOSTILE[hostile])
    # What doesn't even begin as a plan is none, and no damaged one.
    refused(whole, READERS[what], 9, *((1,) if "plan" in what else ()))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_every_trick_of_json_makes_no_tenant(whole: Terminal, hostile: str) -> None:
    at(whole, "sandbox").write_bytes(HOSTILE[hostile])
    refused(whole, READERS["sandbox"], 1)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_stands_in_a_lock_nobody_holds_keeps_nobody_out(whole: Terminal, hostile: str) -> None:
    at(whole, "lock").write_bytes(b"\n" + HOSTILE[hostile])
    assert whole.run("state", "lock-info").code == 0
    assert whole.run("unlock", "x").code in (0, 1)
    assert whole.run("state", "rm", "outbound_connector.out").code == 0


LOCK = {"id": "x", "user": "u", "host": "h", "pid": 1, "since": "", "command": "c", "pipeline": None}


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "2026-01-01"])
def test_a_lock_from_beyond_the_calendar_is_shown_all_the_same(whole: Terminal, since: str) -> None:
    at(whole, "lock").write_text("\n" + json.dumps({**LOCK, "since": since}))
    for words in (("state", "lock-info"), ("state", "lock-info", "--json")):
        assert whole.run(*words).code == 0


def forged(path: Path, change: Mapping[str, object]) -> None:
    """A plan as somebody wrote it who can make a digest."""
    body = json.loads(path.read_text())
    del body["digest"]
    body |= change
    path.write_bytes(canonical({**body, "digest": digest(body)}) + b"\n")


FORGED = {
    "a newer version": {"version": 2},
    "no version": {"version": None},
    "a date without a zone": {"expires": "2030-01-01T00:00:00"},
    "a date beyond the calendar": {"expires": "9999-12-31T23:59:59-14:00"},
    "a date that is none": {"created": "soon"},
    "a number for a text": {"text": 7},
    "a list for a table": {"shown": []},
    "a table for a salt": {"salt": {}},
    "options that are none": {"options": []},
    "an option too many": {"options": {"targets": [], "replace": [], "destroy": True}},
    "a target that is none": {
        "options": {
            "targets": ["nonsense"],
            "replace": [],
            "destroy": False,
            "refresh_only": False,
            "allow_large_change": False,
        }
    },
    "a key nobody knows": {"surprise": 1},
    "a serial below zero": {"serial": -1},
}


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize("what", ["shown plan", "applied plan"])
def test_a_plan_of_another_shape_is_refused_though_its_digest_fits(whole: Terminal, what: str, how: str) -> None:
    forged(at(whole, what), FORGED[how])
    refused(whole, READERS[what], 9)


def test_a_plan_of_another_tenant_is_refused(whole: Terminal) -> None:
    forged(at(whole, "applied plan"), {"tenant": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"})
    assert "tenant" in refused(whole, READERS["applied plan"], 9).err


def test_a_state_of_another_tenant_or_a_newer_mailform_is_refused(whole: Terminal) -> None:
    path = at(whole, "state")
    document = json.loads(path.read_text())
    del document["digest"]
    other = {**document, "tenant": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}
    path.write_text(json.dumps({**other, "digest": digest(other)}))
    assert "tenant" in refused(whole, READERS["state"], 9).err
    path.write_text(json.dumps({**document, "version": 2, "digest": "blake3:00"}))
    assert "Upgrade Mailform" in refused(whole, READERS["state"], 9).err
