"""The store on the local disk, beside the configuration.

    mailform.state.json         the state
    mailform.state.versions/    its last 20 versions (`versions`)
    mailform.state.journal      the run that is on, or was cut off
    mailform.state.lock         the lock (`lock`)

A write prepares the new `mailform.state.json` under a temporary name that holds its serial, claims the serial among the
versions (from that instant it *is* the state), and renames. A reader who comes between, or after a writer that died
between, finds the version, and the prepared file that says it was meant; a version without one means that the state
file was lost or exchanged, which is damage and never repaired silently. A writer removes what older writers prepared
before it renames, so no slow one can bring an old state back. Whoever closes the journal of a writer that died between
renames in its place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

from mailform_state import journal_file, lock
from mailform_state.document import LARGEST, dump, load
from mailform_state.errors import Damaged, Overtaken, Unusable
from mailform_state.files import open_ours, read_ours, rename, sync_folder, temporary, usable, write_all, write_new
from mailform_state.journal import Entry, Image
from mailform_state.journal_file import Journal
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import Holder, Lock, LockInfo, VersionInfo
from mailform_state.values import State
from mailform_state.versions import Versions

STATE = "mailform.state.json"
VERSIONS = "mailform.state.versions"
JOURNAL = "mailform.state.journal"
LOCK = "mailform.state.lock"

_PREPARED = re.compile(re.escape(STATE) + r"\.(?P<serial>[0-9]{10,})\.[0-9a-f]+\.tmp")


class LocalStore:
    """A `Store` in a folder that is there already. Two processes may use one folder, two threads not one object."""

    def __init__(self, directory: Path, seal: Seal = PLAIN) -> None:
        self._directory = directory
        self._seal = seal
        self._state = directory / STATE
        self._journal = directory / JOURNAL
        self._lock = directory / LOCK
        self._versions = Versions(directory / VERSIONS, seal)
        self._told: tuple[tuple[int, int], Journal] | None = None
        """The journal as this object left it, with the identity of its file: appending needn't read it again."""

    @property
    def where(self) -> str:
        return str(self._state)

    def prepare(self) -> None:
        with usable(f"{self._directory} can't be written to:"):
            probe = temporary(self._state)
            write_new(probe, b"")
            probe.unlink()
        self.read()

    def read(self) -> State | None:
        seen = read_ours(self._state, LARGEST)
        while True:
            newest = max(self._versions.serials(), default=0)
            underway = any(serial >= newest for serial, _ in self._prepared())
            state = None if seen is None else self._loaded(seen)
            if newest <= (0 if state is None else state.serial):
                return state
            if underway:
                return self.version(newest)
            again = read_ours(self._state, LARGEST)
            if again == seen:
                raise _lost(state, newest)
            seen = again  # a writer was done while we looked

    def write(self, state: State, *, expected: int | None) -> None:
        stored = self.read()
        found = None if stored is None else stored.serial
        if found != expected:
            raise Overtaken(
                f"The state has serial {found}, not {expected} as when it was read; ours was not written.",
                hint="Run the command again: it will start from the new state.",
            )
        if state.serial < 1 or (expected is not None and state.serial != expected + 1):
            raise ValueError(f"serial {state.serial} doesn't follow {expected}")
        self._publish(state)

    def overwrite(self, state: State) -> State:
        known = self._versions.serials()
        try:
            stored = self.read()
        except Damaged:
            self._set_aside()
        else:
            known += () if stored is None else (stored.serial,)
        new = replace(state, serial=max(known, default=0) + 1)
        self._publish(new)
        return new

    def versions(self) -> tuple[VersionInfo, ...]:
        return self._versions.infos()

    def version(self, serial: int) -> State:
        data = self._versions.read(serial)
        if data is None:
            kept = ", ".join(str(known) for known in self._versions.serials()) or "none"
            raise Unusable(f"Version {serial} of the state isn't kept.", hint=f"Kept are: {kept}.")
        state = self._loaded(data)
        if state.serial != serial:
            raise Damaged(f"The file of version {serial} holds version {state.serial}.")
        return state

    def journal(self) -> Journal | None:
        data = read_ours(self._journal, journal_file.LARGEST)
        told = journal_file.decode(data or b"", self._seal)
        return told if told.entries else None

    def append(self, entries: Sequence[Entry]) -> None:
        with usable("The journal couldn't be written, and nothing that it was to announce was done:"):
            file = open_ours(self._journal, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            try:
                self._append(file, entries)
            finally:
                os.close(file)

    def _append(self, file: int, entries: Sequence[Entry]) -> None:
        here = os.fstat(file)
        identity = (here.st_dev, here.st_ino)
        before = self._told[1] if self._told is not None and self._told[0] == identity else None
        if before is None or before.intact != here.st_size:
            before = self.journal() or Journal()
            os.ftruncate(file, before.intact)  # a torn tail: whoever wrote it was not told that it lasts
        lines, after = journal_file.encode_all(entries, before, self._seal)
        if before.intact == 0:
            sync_folder(self._directory)
        try:
            write_all(file, lines)
            os.fsync(file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, before.intact)
            raise
        self._told = (identity, after)

    def close_journal(self) -> None:
        self._told = None
        self._catch_up()
        with usable("The journal couldn't be removed:"):
            self._journal.unlink(missing_ok=True)
            sync_folder(self._directory)

    def keep_images(self, serial: int, images: Sequence[Image]) -> None:
        self._versions.keep_images(serial, images)

    def images(self, serial: int) -> tuple[Image, ...]:
        return self._versions.images(serial)

    def lock(self, holder: Holder, timeout: float) -> AbstractContextManager[Lock]:
        return lock.holding(self._lock, holder, timeout)

    def lock_info(self) -> LockInfo | None:
        return lock.info(self._lock)

    def unlock(self, lock_id: str) -> None:
        lock.clear(self._lock, lock_id)

    def _loaded(self, data: bytes) -> State:
        return load(self._seal.open(data, "state"))

    def _publish(self, state: State) -> None:
        document = self._seal.close(dump(state), "state", serial=state.serial, lineage=state.lineage)
        prepared = temporary(self._directory / f"{STATE}.{state.serial:010}")
        with usable(f"Version {state.serial} of the state wasn't written, and the one before it stays:"):
            write_new(prepared, document)
            try:
                sync_folder(self._directory)
                self._versions.claim(state.serial, document)
            except (OSError, Overtaken, Unusable):
                prepared.unlink(missing_ok=True)
                raise
        with usable(f"Version {state.serial} of the state is written, but {STATE} doesn't show it yet:"):
            self._show(prepared, state.serial)

    def _show(self, prepared: Path, serial: int) -> None:
        """Makes a claimed version what the state's file holds, and clears away what is older. Raises OSError."""
        sync_folder(self._versions.folder)
        self._sweep(below=serial)
        with suppress(FileNotFoundError):  # a later writer went past us, and swept ours
            rename(prepared, self._state)
        sync_folder(self._directory)
        self._sweep(below=serial + 1)
        self._versions.prune(serial)

    def _catch_up(self) -> None:
        """Shows the newest version for a writer that was killed once it had claimed it."""
        newest = max(self._versions.serials(), default=0)
        document = self._versions.read(newest) if any(serial == newest for serial, _ in self._prepared()) else None
        if document is None:
            return
        with usable(f"{STATE} doesn't show version {newest} of the state yet:"):
            # not the one that is there: it may be of a writer that didn't get the serial
            prepared = temporary(self._directory / f"{STATE}.{newest:010}")
            write_new(prepared, document)
            self._show(prepared, newest)

    def _prepared(self) -> tuple[tuple[int, Path], ...]:
        with usable(f"{self._directory} can't be listed:"):
            try:
                names = os.listdir(self._directory)
            except FileNotFoundError:
                return ()
        found = (_PREPARED.fullmatch(name) for name in names)
        return tuple((int(match["serial"]), self._directory / match[0]) for match in found if match is not None)

    def _sweep(self, below: int) -> None:
        for serial, path in self._prepared():
            if serial < below:
                path.unlink(missing_ok=True)

    def _set_aside(self) -> None:
        """Keeps a damaged state file under another name: somebody may want to look at it."""
        with usable("The damaged state couldn't be kept aside, and nothing was written:"), suppress(FileNotFoundError):
            os.link(self._state, temporary(self._state).with_suffix(".damaged"))


def _lost(state: State | None, newest: int) -> Damaged:
    what = "is gone" if state is None else f"holds version {state.serial}"
    return Damaged(
        f"{STATE} {what}, but version {newest} is kept: somebody removed or exchanged the file.",
        hint=f"`mailform state restore {newest}` makes the newest version the state again.",
    )
