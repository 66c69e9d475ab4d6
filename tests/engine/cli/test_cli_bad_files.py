"""What a file may be instead of one, and what may become of it while it is read: told by its name, never waited for.

That a file may not be read is the kernel's own refusal: root gives up being root for the command.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from badfiles import NAMED, OURS, READERS, at, each, in_time, refused
from mailform_state import regular
from mailform_state.regular import read_named
from terminal import Terminal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes, links and modes are POSIX's")


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
