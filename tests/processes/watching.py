"""A reader who looks at the state all the while, and keeps a copy of every journal that there ever was."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailform_state.errors import Failure
from mailform_state.journal import Entry
from mailform_state.journal_file import decode
from mailform_state.local import JOURNAL, STATE, VERSIONS, LocalStore
from mailform_state.values import State
from processes.command import Running

PAUSE = 0.002
"""Seconds between two looks at whether anything in the folder is another file than before."""


@dataclass(slots=True)
class Watcher:
    """Reads the state as often as its files change. `problems` are the instants at which it couldn't be read, or went
    back. A journal is kept as a second link to its file, so that all that was ever appended to it is there."""

    folder: Path
    kept: Path
    reads: int = 0
    problems: list[str] = field(default_factory=list)
    _seen: dict[int, State] = field(default_factory=dict)
    _journals: dict[int, Path] = field(default_factory=dict)
    _newest: int = 0

    def look(self) -> None:
        """One look, by a store of its own as any other process has it."""
        try:
            state = LocalStore(self.folder).read()
        except Failure as unreadable:
            self.problems.append(f"the state could not be read: {unreadable.message}")
            return
        self.reads += 1
        serial = 0 if state is None else state.serial
        if serial < self._newest:
            self.problems.append(f"the state went back from serial {self._newest} to {serial}")
        self._newest = serial
        if state is not None and self._seen.setdefault(serial, state) != state:
            self.problems.append(f"there were two states with serial {serial}")

    def journals(self) -> tuple[tuple[Entry, ...], ...]:
        """What every journal says that was there since the last `forget`, in the order in which they came."""
        return tuple(decode(path.read_bytes()).entries for path in self._journals.values())

    def forget(self) -> None:
        """Lets go of the journals that are over."""
        current = self._inode()
        for inode in [known for known in self._journals if known != current]:
            self._journals.pop(inode).unlink()

    def keep_journal(self) -> None:
        """A link to the journal that is there now, if it is a new one."""
        inode = self._inode()
        if inode is not None and inode not in self._journals:
            path = self.kept / f"{time.monotonic_ns()}.journal"
            with suppress(FileNotFoundError):
                os.link(self.folder / JOURNAL, path)
                self._journals[inode] = path

    def signature(self) -> object:
        """Another one whenever a reader could find something else than before."""
        names = set()
        for folder in (self.folder, self.folder / VERSIONS):
            with suppress(FileNotFoundError):
                names.update(os.listdir(folder))
        with suppress(FileNotFoundError):
            known = (self.folder / STATE).stat()
            return names, known.st_ino, known.st_mtime_ns, known.st_size
        return names

    def _inode(self) -> int | None:
        with suppress(FileNotFoundError):
            return (self.folder / JOURNAL).stat().st_ino
        return None


@dataclass(slots=True)
class Growth:
    """How many bytes of journal were written since the beginning, over all the journals that came and went."""

    path: Path
    bytes: int = 0
    _known: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, folder: Path) -> Growth:
        """Counts from now on."""
        found = cls(folder / JOURNAL)
        found.look()
        found.bytes = 0
        return found

    def look(self) -> None:
        """Counts what has come since the last look."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            self._known = (0, 0)
            return
        inode, size = self._known
        self.bytes += max(0, now.st_size - (size if now.st_ino == inode else 0))
        self._known = now.st_ino, now.st_size

    def until(self, bytes: int, run: Running) -> int:
        """Waits until more than so many were written, or the process is over; answers with how many there are."""
        while self.bytes <= bytes and not run.over:
            time.sleep(0.0005)
            self.look()
        return self.bytes


@contextmanager
def watching(folder: Path, kept: Path) -> Iterator[Watcher]:
    """Watches a folder until the end of the block, in a thread of its own."""
    watcher, over = Watcher(folder, kept), threading.Event()

    def watch() -> None:
        before: object = None
        while not over.wait(PAUSE):
            watcher.keep_journal()
            now = watcher.signature()
            if now != before:
                before = now
                watcher.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        over.set()
        thread.join()
