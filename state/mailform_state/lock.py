"""The local lock: an operating-system lock on a file, so that it ends with its process whatever becomes of it.

The file's text names the holder, for people; the operating system alone decides who has the lock. The lock covers the
first byte, which is a newline, because Windows lets nobody read what another process has locked. The file is never
removed: whoever waits for it would then hold a lock on nothing.

What can't be promised: on a network share the lock is as good as the share's own, and a process that was forked while
the lock was held keeps it as long as it lives. Windows locks when the holder is killed are freed by the system, though
not always at once.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from mailform_state.errors import Locked, Refused
from mailform_state.files import open_ours, usable, write_all
from mailform_state.lock_record import LARGEST, another, locked, named, record
from mailform_state.store import Holder, LockInfo

_GRACE = 0.1
"""Seconds in which even `timeout=0` tries again: `info` may have looked just then whether the name there is alive."""
_PAUSE = 0.005
"""Seconds between two tries in that time; later on twenty times as long."""


@dataclass(frozen=True, slots=True)
class HeldLock:
    """The lock, held. `file` is the descriptor that the operating system's lock hangs on."""

    id: str
    path: Path
    file: int

    def check(self) -> None:
        """Raises Locked when the file was taken away or exchanged, or names another holder."""
        if not _same(self.path, self.file) or named(_text(self.file))[0] != self.id:
            raise Locked(
                "The lock on the state was lost: its file was removed, exchanged or written by somebody else.",
                hint="See `mailform state lock-info`, then run `mailform recover`.",
            )


@contextmanager
def holding(path: Path, holder: Holder, timeout: float) -> Iterator[HeldLock]:
    """Holds the lock at `path` while the context lasts. Waits at most `timeout` seconds. Raises Locked, Unusable."""
    file = _taken(path, holder, timeout)
    try:
        held = HeldLock(str(uuid.uuid4()), path, file)
        with usable("The lock's file couldn't be written, and nothing was changed:"):
            _write(file, record(held.id, holder))
        try:
            yield held
        finally:
            with suppress(OSError):
                if named(_text(file))[0] == held.id:
                    _write(file, "")
    finally:
        os.close(file)  # which gives the lock back


def info(path: Path) -> LockInfo | None:
    """Who has the lock, or died with it; None when it is free and clean."""
    with usable(f"{path} can't be read:"):
        try:
            file = open_ours(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            text = _text(file)
            if not text:
                return None  # free, and asking the system would keep somebody from it for an instant
            held = not _try(file)
            id, holder = named(text)
        finally:
            os.close(file)
    return LockInfo(id, holder, held) if held or id else None


def clear(path: Path, lock_id: str) -> None:
    """Wipes off the name that a dead process left. Raises Locked when the process lives: a local lock can't be broken,
    it ends with its process. Raises Refused when `lock_id` isn't the lock's."""
    found = info(path)
    if found is None:
        raise Refused("The state isn't locked.", hint="Nothing has to be unlocked.")
    if found.held:
        raise locked(found, None, ends="with its process")
    if found.id != lock_id:
        raise another(found)
    with usable(f"{path} couldn't be written:"):
        file = open_ours(path, os.O_RDWR)
        try:
            if not _try(file) or named(_text(file))[0] != lock_id:
                raise Locked("Somebody took the lock just now.", hint="See `mailform state lock-info`.")
            _write(file, "")
        finally:
            os.close(file)


def _taken(path: Path, holder: Holder, timeout: float) -> int:
    """A descriptor with the operating system's lock on it, and the path still its own."""
    began = time.monotonic()
    while True:
        with usable(f"{path} can't be locked:"):
            file = open_ours(path, os.O_RDWR | os.O_CREAT)
            try:
                if _try(file) and _same(path, file):
                    return file
            except BaseException:
                os.close(file)
                raise
            found = named(_text(file))
            os.close(file)
        waited = time.monotonic() - began
        if waited >= max(timeout, _GRACE):
            asking = replace(holder, since=holder.since + timedelta(seconds=waited))
            raise locked(LockInfo(found[0], found[1]), asking, ends="with its process")
        time.sleep(_PAUSE if waited < _GRACE else 20 * _PAUSE)


def _try(file: int) -> bool:
    from filelock import lock_descriptor

    return lock_descriptor(file, blocking=False)


def _same(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(file))
    except OSError:
        return False


def _text(file: int) -> bytes:
    os.lseek(file, 1, os.SEEK_SET)
    return os.read(file, LARGEST)


def _write(file: int, text: str) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    if text:
        write_all(file, f"\n{text}\n".encode())
