"""Every file that a command reads, in every state that a file can be in: the right exit code, what happened and what to
do, no traceback, never a wait, and nothing changed: no write sent, no file touched.

9 is damage to what Mailform wrote (state, journal, plan); 1 is everything that can't be read or isn't what it should
be. A file that may not be read is tested with the kernel's own refusal: root gives up being root for the command.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailform.diagnostics import Mistakes
from mailform.planfile import load
from mailform_state import regular
from mailform_state.canonical import canonical, digest
from mailform_state.errors import Damaged
from mailform_state.journal import Begin, End
from mailform_state.journal_file import Journal, encode_all
from mailform_state.regular import read_named
from terminal import TENANT, Ran, Terminal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes, links and modes are POSIX's")

CONFIGURATION = (
    TENANT
    + """
[variables.words]
type = "string"
default = "fine"

[outbound_connector.out]
name = "Out"
connector_type = "OnPremises"
comment = "${var.words}"
"""
)


class Hung(BaseException):
    """A command waited for something that never comes."""


@contextmanager
def in_time() -> Iterator[None]:
    """Ends what hangs. Nothing is measured: it is minutes against milliseconds."""

    def hung(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True, slots=True)
class Reader:
    """A file, a command that reads it, and its exit code when the file was damaged."""

    file: str
    command: tuple[str, ...]
    damaged: int


READERS: Mapping[str, Reader] = {
    "configuration": Reader("mailform.toml", ("plan",), 1),
    "variables": Reader("words.toml", ("plan", "--var-file", "words.toml"), 1),
    "state": Reader("mailform.state.json", ("plan",), 9),
    "version of the state": Reader("mailform.state.versions/0000000001.json", ("state", "restore", "1"), 9),
    "journal": Reader("mailform.state.journal", ("state", "rm", "outbound_connector.out"), 9),
    "shown plan": Reader("saved.mfplan", ("show", "saved.mfplan"), 9),
    "applied plan": Reader("saved.mfplan", ("apply", "saved.mfplan"), 9),
    "pushed state": Reader("pushed.json", ("state", "push", "--force", "pushed.json"), 9),
    "sandbox": Reader(".mailform/sandbox.json", ("plan",), 1),
    "lock": Reader("mailform.state.lock", ("state", "rm", "outbound_connector.out"), 1),
}
OURS = ("configuration", "state", "journal", "sandbox", "lock", "version of the state")
NAMED = ("variables", "shown plan", "applied plan", "pushed state")
JSON = ("state", "version of the state", "shown plan", "applied plan", "pushed state")
each = pytest.mark.parametrize("what", READERS)


@pytest.fixture
def whole(terminal: Terminal) -> Terminal:
    """A folder in which every file is there and good. The journal is that of a run that was held."""
    terminal.write(CONFIGURATION)
    terminal.done("apply", "--auto-approve", "-q")
    Path("words.toml").write_text('words = "other"\n')
    Path("pushed.json").write_text(terminal.done("state", "pull"))
    terminal.done("plan", "--var", "words=new", "--out", "saved.mfplan")
    return terminal


def kept(folder: Path) -> Mapping[str, bytes]:
    """What every regular file holds; the locks' own files aside, which every locking command writes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size < 1 << 20 and path.suffix != ".lock"
    }


def refused(terminal: Terminal, reader: Reader, *codes: int) -> Ran:
    """The command ends with one of these codes, says what to do, and has touched nothing."""
    before = kept(terminal.folder)
    with in_time():
        ran = terminal.run(*reader.command)
    assert ran.code in codes, ran
    assert "Traceback" not in ran.err
    assert "[internal]" not in ran.err, ran.err
    assert "sys.set_int" not in ran.err, "a hint of Python's to programmers"
    if ran.code:
        assert "hint: " in ran.err, ran
        assert len(ran.err) < 5_000
    assert kept(terminal.folder) == before
    return ran


def at(terminal: Terminal, what: str) -> Path:
    """The path of a file, and the folder of it made."""
    path = terminal.folder / READERS[what].file
    path.parent.mkdir(exist_ok=True)
    return path


def a_link(path: Path) -> None:
    aside = path.with_name("aside")
    if path.exists():
        path.rename(aside)
    else:
        aside.touch()
    path.symlink_to(aside)


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink(missing_ok=True)
    make(path)


def a_socket(path: Path) -> None:
    # The path of a socket has 100 characters at most, so it is made under its own name.
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


STRANGE: Mapping[str, Callable[[Path], object]] = {
    "a folder": lambda path: replaced(path, Path.mkdir),
    "a pipe": lambda path: replaced(path, os.mkfifo),
    "a socket": lambda path: replaced(path, a_socket),
    "a link to a device": lambda path: replaced(path, lambda name: name.symlink_to("/dev/zero")),
    "a link to nothing": lambda path: replaced(path, lambda name: name.symlink_to("nowhere")),
    "a link to itself": lambda path: replaced(path, lambda name: name.symlink_to(name.name)),
}


@pytest.mark.parametrize("strange", STRANGE)
@each
def test_what_only_has_the_name_of_a_file_is_refused_and_never_waited_for(
    whole: Terminal, what: str, strange: str
) -> None:
    path = at(whole, what)
    STRANGE[strange](path)
    ran = refused(whole, READERS[what], 1)
    assert path.name in ran.err


@pytest.mark.parametrize("what", OURS)
def test_a_link_in_place_of_a_file_of_ours_is_not_followed(whole: Terminal, what: str) -> None:
    path = at(whole, what)
    a_link(path)
    ran = refused(whole, READERS[what], 1)
    assert path.name in ran.err
    assert "link" in ran.err


@pytest.mark.parametrize("what", NAMED)
def test_a_link_that_the_user_names_is_followed(whole: Terminal, what: str) -> None:
    a_link(at(whole, what))
    with in_time():
        ran = whole.run(*READERS[what].command, *(("--var", "words=new") if what == "applied plan" else ()))
    assert ran.code == 0, ran


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Not as root, whom modes don't stop. What is imported meanwhile has to be imported already."""
    if os.geteuid() != 0:
        yield
        return
    folder.chmod(0o777)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@each
def test_a_file_that_may_not_be_read_is_named(whole: Terminal, what: str) -> None:
    whole.run(*READERS[what].command, "--help")
    path = at(whole, what)
    path.touch()
    for folder in (whole.folder / ".mailform", whole.folder / "mailform.state.versions"):
        folder.chmod(0o777)
    for name in whole.folder.rglob("*"):
        if name.is_file():
            name.chmod(0o666)
    refused_first = whole.run(*READERS[what].command)  # imports all that the second run needs
    assert "[internal]" not in refused_first.err
    path.touch()
    path.chmod(0)
    before = path.stat()
    with as_nobody(whole.folder), in_time():
        ran = whole.run(*READERS[what].command)
    assert ran.code == 1, ran
    assert "ermission denied" in ran.err
    assert path.name in ran.err
    assert "hint: " in ran.err
    assert "[internal]" not in ran.err
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("what", [name for name in READERS if name != "lock"])
def test_a_file_without_end_is_refused_before_it_fills_the_memory(whole: Terminal, what: str) -> None:
    path = at(whole, what)
    with path.open("wb") as file:
        file.write(b'{"configuration":' if "plan" in what else b"# ")
        file.truncate(1 << 40)
    ran = refused(whole, READERS[what], READERS[what].damaged)
    assert path.stat().st_size == 1 << 40
    assert "bytes" in ran.err


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


BIG = f"0x{'f' * 5_000}"
DOTTED = ".".join("a" * 60)
DEEP = "1"
for _ in range(18):
    DEEP = f"{{{DOTTED} = {DEEP}}}"
RULE = TENANT + '[transport_rule.r]\nname = "r"\nactions = { prepend_subject = "x" }\n'
TOML = {
    "a number in hexadecimal without end": RULE + f"conditions = {{}}\npriority = {BIG}\n",
    "the same in a list": RULE + f"conditions = {{ subject_contains_words = [{BIG}] }}\n",
    "the same as a tenant": f"[tenant]\nid = {BIG}\n",
    "the same as a default": TENANT + f'[variables.v]\ntype = "number"\ndefault = {BIG}\n',
    "binary": TENANT + f"[locals]\na = 0b{'1' * 70}\n",
    "dotted keys in tables in dotted keys": RULE + f"conditions = {DEEP}\n",
    "the same in locals": TENANT + f"[locals]\na = {DEEP}\n",
    "the same in a default": TENANT + f'[variables.v]\ntype = "map"\ndefault = {DEEP}\n',
    "the same in an output": TENANT + f"[outputs.o]\nvalue = {DEEP}\n",
    "a header and a key": TENANT + f"[{DOTTED}]\n{DOTTED} = 1\n",
    "locals that nest each other": TENANT
    + "[locals]\na0 = [[[[[[[[[1]]]]]]]]]\n"
    + "".join(f'a{number + 1} = [[["${{local.a{number}}}"]]]\n' for number in range(20)),
    "a pattern without end": TENANT + '[variables.v]\ntype = "string"\ndefault = "x"\n'
    f'validation = {{ pattern = "{"(" * 3_000}" }}\n',
    "a pattern that repeats beyond counting": TENANT + '[variables.v]\ntype = "string"\ndefault = "x"\n'
    'validation = { pattern = "a{99999999999}" }\n',
}


@pytest.mark.parametrize("hostile", TOML)
def test_every_trick_of_toml_is_a_mistake_at_its_line(whole: Terminal, hostile: str) -> None:
    at(whole, "configuration").write_text(TOML[hostile])
    ran = refused(whole, READERS["configuration"], 1)
    assert "mailform.toml:" in ran.err
    refused(whole, Reader("mailform.toml", ("plan", "--json"), 1), 1)


@pytest.mark.parametrize("value", [BIG, "9" * 5_000, DEEP, "[" * 3_000, "1e999", "nan", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("type", ["number", "list", "map"])
def test_every_trick_of_toml_in_a_variable_is_a_mistake(terminal: Terminal, type: str, value: str) -> None:
    terminal.write(TENANT + f'[variables.v]\ntype = "{type}"\n')
    Path("v.toml").write_text(f"v = {value}\n")
    for words in (("validate", "--var", f"v={value}"), ("validate", "--var-file", "v.toml")):
        refused(terminal, Reader("v.toml", words, 1), 1)


def test_very_many_mistakes_are_told_by_the_first_of_them(terminal: Terminal) -> None:
    terminal.write(TENANT + "".join(f"a{number} = 1\n" for number in range(5_000)))
    ran = terminal.run("validate", "--json")
    assert ran.code == 1
    *_, last = ran.document["diagnostics"]
    assert last["summary"] == "there are 4,000 more"


def test_a_value_as_deep_as_allowed_goes_through_plan_state_and_output(terminal: Terminal) -> None:
    """What the configuration takes, everything behind it can write down and read again."""
    deep = "[" * 32 + "1" + "]" * 32
    terminal.write(TENANT + f"[outputs.deep]\nvalue = {deep}\n")
    terminal.done("plan", "--out", "saved.mfplan")
    terminal.done("show", "saved.mfplan")
    terminal.done("apply", "saved.mfplan")
    assert json.dumps(terminal.run("output", "deep", "--json").document) == deep


def test_a_state_is_not_waited_for_at_a_terminal(whole: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    leader, follower = os.openpty()
    try:
        with open(follower, encoding="utf-8", closefd=False) as typed, in_time():
            monkeypatch.setattr(sys, "stdin", typed)
            ran = whole.run("state", "push", "-")
        ran.refuses("standard input", "mailform state push - < FILE")
    finally:
        os.close(leader)
        os.close(follower)


def test_a_state_that_is_handed_in_is_pushed(whole: Terminal) -> None:
    pulled = Path("pushed.json").read_text()
    assert whole.process("state", "push", "--force", "-", input=pulled).returncode == 0
    cut = whole.process("state", "push", "--force", "-", input=pulled[:-20])
    assert cut.returncode == 9


@pytest.mark.parametrize("what", ["configuration", "variables", "state", "shown plan", "pushed state", "sandbox"])
def test_a_file_that_vanishes_while_it_is_opened_is_told(
    whole: Terminal, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = at(whole, what), os.open

    def vanishing(name: Path, *how: int) -> int:
        if Path(name).name == path.name:
            path.unlink(missing_ok=True)
        return opened(name, *how)

    monkeypatch.setattr(regular.os, "open", vanishing)
    with in_time():
        ran = whole.run(*READERS[what].command)
    assert "[internal]" not in ran.err
    # A sandbox that is gone is an empty one, so that the recorded object is gone too; a state is never "none".
    assert ran.code == {"state": 9, "sandbox": 0}.get(what, 1), ran


def test_a_file_that_grows_while_it_is_read_is_read_to_the_limit(tmp_path: Path) -> None:
    path, ended = tmp_path / "growing", threading.Event()
    path.write_bytes(b"x")

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.is_set() and file.tell() < 1 << 26:
                file.write(b"x" * 4_096)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with in_time():
            for limit in (0, 1, 10_000, 1_000_000):
                assert len(read_named(path, limit)) <= limit + 1
    finally:
        ended.set()
        writer.join()
