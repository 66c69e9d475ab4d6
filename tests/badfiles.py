"""Every file that a command reads, with the command, and what holds whatever is the matter with the file: the right
exit code, what happened and what to do, no traceback, never a wait, and nothing changed.

9 is damage to what Mailform wrote (state, journal, plan); 1 is everything that can't be read or isn't what it should
be.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from terminal import TENANT, Ran, Terminal

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
