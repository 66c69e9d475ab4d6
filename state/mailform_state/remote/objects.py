"""The store in a bucket, beside it its versions, its journal and its lock, all under one prefix.

    mailform.state.json          the state: written only over the version that was read
    mailform.state.versions/     its last 20 versions, and before-images as in a folder
    mailform.state.journal/      the run that is on, or was cut off (`object_journal`)
    mailform.state.lock          the lock (`object_lock`)

The state is what `mailform.state.json` holds. Its version is kept after that, and by the next writer if the one who
should have was killed between; so a version without its state means that the state was lost or exchanged.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from mailform_state.document import LARGEST, dump, load
from mailform_state.errors import Damaged, Locked, Overtaken, Unusable
from mailform_state.journal import Entry, Image
from mailform_state.journal_file import Journal
from mailform_state.remote import object_lock
from mailform_state.remote.bucket import Bucket, Conflict, Found, Listed
from mailform_state.remote.object_journal import ObjectJournal, Told
from mailform_state.remote.object_lock import ObjectLock
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import Holder, Lock, LockInfo, VersionInfo
from mailform_state.values import State
from mailform_state.versions import KEPT, images_document, images_in

STATE = "mailform.state.json"
VERSIONS = "mailform.state.versions"

_VERSION = re.compile(rf"{re.escape(VERSIONS)}/(?P<serial>[0-9]{{10,}})\.(?P<rest>json|before\.json)")


class ObjectStore:
    """A `Store` in a bucket. Any number of processes may use it, two threads not one object."""

    def __init__(self, bucket: Bucket, seal: Seal = PLAIN) -> None:
        self._bucket = bucket
        self._seal = seal
        self._journal = ObjectJournal(bucket, seal)
        self._held: ObjectLock | None = None
        self._told: Told | None = None
        """The journal as this object left it, while it holds the lock: appending needn't read it again."""

    @property
    def where(self) -> str:
        return f"{self._bucket.where}/{STATE}"

    def prepare(self) -> None:
        self._bucket.prove()
        self.read()

    def read(self) -> State | None:
        return self._current()[0]

    def write(self, state: State, *, expected: int | None) -> None:
        with self._ours() as held:
            held.check()
            self._write(state, expected)

    def _write(self, state: State, expected: int | None) -> None:
        stored, found = self._current()
        serial = None if stored is None else stored.serial
        if serial != expected:
            raise _overtaken(serial, expected)
        if state.serial < 1 or (expected is not None and state.serial != expected + 1):
            raise ValueError(f"serial {state.serial} doesn't follow {expected}")
        if stored is not None and found is not None:
            self._keep(stored.serial, found.data)  # its writer may have been killed before it could
        self._publish(state, found)

    def overwrite(self, state: State) -> State:
        with self._ours() as held:
            held.check()
        found = self._bucket.get(STATE, LARGEST)
        known = [serial for serial, _ in self._versions()]
        if found is not None:
            try:
                known.append(self._loaded(found.data).serial)
            except Damaged:
                self._bucket.put_whatever(f"{STATE}.{secrets.token_hex(6)}.damaged", found.data)
        new = replace(state, serial=max(known, default=0) + 1)
        self._publish(new, found)
        return new

    def versions(self) -> tuple[VersionInfo, ...]:
        return tuple(VersionInfo(serial, one.at, one.size) for serial, one in self._versions())

    def version(self, serial: int) -> State:
        found = self._bucket.get(_version(serial), LARGEST)
        state = self.read() if found is None else self._loaded(found.data)
        if state is not None and state.serial == serial:
            return state
        if found is not None:
            raise Damaged(f"The object of version {serial} holds another version.")
        kept = ", ".join(str(known) for known, _ in self._versions()) or "none"
        raise Unusable(f"Version {serial} of the state isn't kept.", hint=f"Kept are: {kept}.")

    def journal(self) -> Journal | None:
        told = self._journal.read().journal
        return told if told.entries else None

    def append(self, entries: Sequence[Entry]) -> None:
        with self._ours() as held:
            told = self._journal.add(entries, self._known(held), held.id)
            # Before this somebody may have broken the lock, settled the journal and taken it away: then nobody who
            # looks will find what was just added. From here whoever takes the lock does.
            held.check()
            self._told = told

    def close_journal(self) -> None:
        with self._ours() as held:
            told = self._known(held)
            self._told = None
            if told.last:  # an end alone too: it may be sealed with a key that is given up
                self._journal.close(told, held.id)

    def keep_images(self, serial: int, images: Sequence[Image]) -> None:
        self._bucket.put_whatever(_version(serial, "before.json"), images_document(serial, images, self._seal))

    def images(self, serial: int) -> tuple[Image, ...]:
        found = self._bucket.get(_version(serial, "before.json"), LARGEST)
        return () if found is None else images_in(found.data, serial, self._seal)

    @contextmanager
    def lock(self, holder: Holder, timeout: float) -> Iterator[Lock]:
        with object_lock.holding(self._bucket, holder, timeout) as held:
            self._held, self._told = held, None
            try:
                yield held
            finally:
                self._held = None

    def lock_info(self) -> LockInfo | None:
        return object_lock.info(self._bucket)

    def unlock(self, lock_id: str) -> None:
        object_lock.clear(self._bucket, lock_id)

    @contextmanager
    def _ours(self) -> Iterator[ObjectLock]:
        """The lock, for as long as it is ours: who has lost it once writes nothing any more."""
        held = self._held
        if held is None:
            raise Locked("The lock on the state isn't held, or was lost.", hint="Run `mailform recover`.")
        try:
            yield held
        except BaseException as failed:
            self._told = None
            if isinstance(failed, Locked) and not isinstance(failed, Overtaken):
                self._held = None
            raise

    def _known(self, held: ObjectLock) -> Told:
        """The journal as it is. Read anew, it is that of somebody else unless the lock is still ours after that."""
        if self._told is not None:
            return self._told
        told = self._journal.read()
        held.check()
        return told

    def _current(self) -> tuple[State | None, Found | None]:
        seen = self._bucket.get(STATE, LARGEST)
        while True:
            newest = max((serial for serial, _ in self._versions()), default=0)
            state = None if seen is None else self._loaded(seen.data)
            if newest <= (0 if state is None else state.serial):
                return state, seen
            again = self._bucket.get(STATE, LARGEST)
            if again == seen:
                raise _lost(state, newest)
            seen = again  # a writer was done while we looked

    def _loaded(self, data: bytes) -> State:
        return load(self._seal.open(data, "state"))

    def _publish(self, state: State, over: Found | None) -> None:
        document = self._seal.close(dump(state), "state", serial=state.serial, lineage=state.lineage)
        try:
            self._bucket.put(STATE, document, None if over is None else over.tag)
        except (Conflict, Unusable) as failed:
            found = self._bucket.get(STATE, LARGEST)
            if found is None or found.data != document:
                if isinstance(failed, Unusable):
                    raise
                raise Overtaken(
                    f"Somebody else wrote the state meanwhile; version {state.serial} was not written.",
                    hint="Run the command again: it will start from the new state.",
                ) from None
        self._keep(state.serial, document)
        with suppress(Unusable):  # the next one takes away what we can't
            self._prune()

    def _keep(self, serial: int, document: bytes) -> None:
        with suppress(Conflict):  # it is kept already
            self._bucket.put(_version(serial), document, None)

    def _prune(self) -> None:
        serials = [serial for serial, _ in self._versions()][-KEPT:]
        if len(serials) < KEPT:
            return
        found = (_VERSION.fullmatch(one.key) for one in self._bucket.listed(VERSIONS))
        self._bucket.remove([match[0] for match in found if match is not None and int(match["serial"]) < serials[0]])

    def _versions(self) -> list[tuple[int, Listed]]:
        found = ((_VERSION.fullmatch(one.key), one) for one in self._bucket.listed(VERSIONS))
        return [(int(match["serial"]), one) for match, one in found if match is not None and match["rest"] == "json"]


def _version(serial: int, rest: str = "json") -> str:
    return f"{VERSIONS}/{serial:010}.{rest}"


def _overtaken(found: int | None, expected: int | None) -> Overtaken:
    return Overtaken(
        f"The state has serial {found}, not {expected} as when it was read; ours was not written.",
        hint="Run the command again: it will start from the new state.",
    )


def _lost(state: State | None, newest: int) -> Damaged:
    what = "is gone" if state is None else f"holds version {state.serial}"
    return Damaged(
        f"{STATE} {what}, but version {newest} is kept: somebody removed or exchanged it.",
        hint=f"`mailform state restore {newest}` makes the newest version the state again.",
    )
