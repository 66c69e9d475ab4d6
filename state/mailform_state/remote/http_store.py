"""The store behind Terraform's HTTP protocol: one document (`http_document`), and a lock that the server keeps.

The lock is the exclusion, and every write names it; before each write the document is read again, and its number has to
be the one that was left there. What the protocol can't do, this store can't: it keeps no versions, and who has the lock
it learns only by being refused (or, while a run is on, from the run's own journal).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mailform_state import journal_file
from mailform_state.errors import Damaged, Locked, Overtaken, Refused, Unusable
from mailform_state.journal import Entry, Image
from mailform_state.journal_file import Journal
from mailform_state.lock_record import another, locked
from mailform_state.remote.http_client import HttpClient
from mailform_state.remote.http_document import MOST, Document, Images, dumped, last_serial, loaded
from mailform_state.remote.http_lock import body, told
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import Holder, Lock, LockInfo, VersionInfo
from mailform_state.values import State

_GRACE = 2.0
"""Seconds in which even `timeout=0` tries again, when the lock is held only to see whether somebody holds it."""
_PAUSE = 0.5
_LOOKING = "mailform state lock-info"


@dataclass(frozen=True, slots=True)
class HttpLock:
    """The lock, held as far as the server says."""

    id: str
    store: HttpStore
    holder: Holder

    def check(self) -> None:
        """Raises Locked when somebody else wrote. Whether the lock itself is ours only a write can ask; each does."""
        self.store.require_unchanged()


class HttpStore:
    """A `Store` behind the protocol. Any number of processes may use it, two threads not one object."""

    def __init__(self, client: HttpClient, seal: Seal = PLAIN) -> None:
        self._client = client
        self._seal = seal
        self._held: HttpLock | None = None
        self._left: int | None = None
        """The number of the document as it was when we took the lock, or as we left it since."""

    @property
    def where(self) -> str:
        return self._client.where

    def prepare(self) -> None:
        self._document()
        holder = Holder("mailform", "init", 0, datetime.now(UTC), "mailform init")
        with self.lock(holder, 0):
            second = str(uuid.uuid4())
            if self._client.lock(body(second, holder)) is None:
                self._client.unlock(body(second, holder), second)
                raise Unusable(
                    f"{self.where} gives the lock to two at once.",
                    hint="Check lock_address and lock_method: the server takes our LOCK for something else.",
                )

    def read(self) -> State | None:
        return self._document().state

    def write(self, state: State, *, expected: int | None) -> None:
        document = self._fresh()
        found = None if document.state is None else document.state.serial
        if found != expected:
            raise Overtaken(
                f"The state has serial {found}, not {expected} as when it was read; ours was not written.",
                hint="Run the command again: it will start from the new state.",
            )
        if state.serial < 1 or (expected is not None and state.serial != expected + 1):
            raise ValueError(f"serial {state.serial} doesn't follow {expected}")
        before = document.state if document.journal.entries else None
        self._put(replace(document, state=state, before=before))

    def overwrite(self, state: State) -> State:
        data = self._client.get(MOST)
        try:
            document = Document() if data is None else loaded(data, self._seal)
        except Damaged:
            document = Document(serial=last_serial(data or b""))
        known = (0 if document.state is None else document.state.serial, state.serial if document.state is None else 0)
        new = replace(state, serial=max(known) + 1)
        self._put(replace(document, state=new, serial=max(document.serial, new.serial)))
        return new

    def versions(self) -> tuple[VersionInfo, ...]:
        raise Refused(
            "This store keeps no versions: Terraform's HTTP protocol has no word for them.",
            hint="The server may keep some of its own: GitLab shows them under Operate, Terraform states.",
        )

    def version(self, serial: int) -> State:
        document = self._document()
        for known in (document.state, document.before):
            if known is not None and known.serial == serial:
                return known
        raise Unusable(
            f"Version {serial} of the state isn't kept: this store has only the one that is there.",
            hint="The server may keep some of its own; `mailform state push` makes one of them the state.",
        )

    def journal(self) -> Journal | None:
        journal = self._document().journal
        return journal if journal.entries else None

    def append(self, entries: Sequence[Entry]) -> None:
        held, document = self._holding(), self._fresh()
        lines, journal = journal_file.encode_all(entries, document.journal)
        by = LockInfo(held.id, held.holder)
        self._put(replace(document, journal=journal, lines=document.lines + lines, lock=by))

    def close_journal(self) -> None:
        document = self._fresh()
        if document.journal.entries:
            self._put(document.closed())

    def keep_images(self, serial: int, images: Sequence[Image]) -> None:
        self._put(replace(self._fresh(), images=Images(serial, tuple(images))))

    def images(self, serial: int) -> tuple[Image, ...]:
        found = self._document().images
        return found.images if found is not None and found.serial == serial else ()

    @contextmanager
    def lock(self, holder: Holder, timeout: float) -> Iterator[Lock]:
        held = self._taken(holder, timeout)
        try:
            self._left = self._document(damaged=True).serial
            self._held = held
            yield held
        finally:
            self._held = self._left = None
            with suppress(Unusable):  # it stays, and the next one is told whose it is
                self._client.unlock(body(held.id, held.holder), held.id)

    def lock_info(self) -> LockInfo | None:
        document = self._document(damaged=True)
        if document.lock is not None:
            return document.lock
        probe, holder = str(uuid.uuid4()), Holder("mailform", "lock-info", 0, datetime.now(UTC), _LOOKING)
        taken = self._client.lock(body(probe, holder))
        if taken is not None:
            return told(taken)
        self._client.unlock(body(probe, holder), probe)
        return None

    def unlock(self, lock_id: str) -> None:
        found = self.lock_info()
        if found is None:
            raise Refused("The state isn't locked.", hint="Nothing has to be unlocked.")
        if found.id and found.id != lock_id:
            raise another(found)
        document = self._document(damaged=True)
        if document.lock is not None:
            # The one whose lock this was finds another number, should he still be alive: he can't go on.
            with suppress(Locked):
                number = document.serial + 1
                self._client.post(dumped(replace(document, lock=None, serial=number), self._seal), lock_id)
        holder = found.holder or Holder("unknown", "unknown", 0, datetime.now(UTC))
        if self._client.unlock(body(lock_id, holder), lock_id) is not None:
            raise Locked("The lock changed hands just now.", hint="See `mailform state lock-info`.")

    def require_unchanged(self) -> None:
        """Raises Locked when the document isn't as we left it."""
        self._fresh()

    def _taken(self, holder: Holder, timeout: float) -> HttpLock:
        began, id = time.monotonic(), str(uuid.uuid4())
        while True:
            waited = time.monotonic() - began
            asking = replace(holder, since=holder.since + timedelta(seconds=waited))
            taken = self._client.lock(body(id, holder))
            if taken is None:
                return HttpLock(id, self, holder)
            found = told(taken)
            looking = found.holder is not None and found.holder.command == _LOOKING
            limit = max(timeout, _GRACE) if looking else timeout
            if waited >= limit:
                raise locked(found, asking, ends="by hand")
            time.sleep(min(_PAUSE, limit - waited))

    def _holding(self) -> HttpLock:
        if self._held is None:
            raise Locked("The state is written under the lock alone.", hint="This is a defect of Mailform.")
        return self._held

    def _document(self, *, damaged: bool = False) -> Document:
        """What the server holds; empty where it is `damaged` and that doesn't matter."""
        data = self._client.get(MOST)
        if data is None:
            return Document()
        try:
            return loaded(data, self._seal)
        except Damaged:
            if not damaged:
                raise
            return Document(serial=last_serial(data))

    def _fresh(self) -> Document:
        """What the server holds, if it is as we left it."""
        self._holding()
        document = self._document()
        if document.serial != self._left:
            self._left = None
            raise Overtaken(
                "Somebody else wrote the state meanwhile: the lock was broken.",
                hint="See `mailform state lock-info`, then run `mailform recover`.",
            )
        return document

    def _put(self, document: Document) -> None:
        held = self._holding()
        new = replace(document, serial=document.serial + 1)
        data = dumped(new, self._seal)
        try:
            self._client.post(data, held.id)
        except Unusable:
            if self._client.get(MOST) != data:
                raise
        self._left = new.serial
