"""The journal of a bucket: numbered objects, one a wave, each put only where none is.

    mailform.state.journal/0000000041       the end of an earlier journal, and nothing more
    mailform.state.journal/0000000042       the first wave of this one
    mailform.state.journal/0000000043       the second

An object is a head, which names the lock under which it was written, and the lines of the wave (`journal_file`).
Numbers are never used again: to close a journal is to put its end at the next number, after which what is below may go,
in any order. So a journal that is half taken away is never taken for an open one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mailform_state import journal_file
from mailform_state.canonical import canonical, read_json
from mailform_state.errors import Damaged, Locked, Unusable
from mailform_state.journal import Entry
from mailform_state.journal_file import Journal
from mailform_state.remote.bucket import Bucket, Conflict
from mailform_state.sealing import Seal

FOLDER = "mailform.state.journal"

_KEY = re.compile(rf"{re.escape(FOLDER)}/(?P<number>[0-9]{{10}})")
_TRIES = 20
"""How often a reader begins anew since a journal was closed under its eyes."""


@dataclass(frozen=True, slots=True)
class Told:
    """A journal, and the number of its last object, be it the end of the one before."""

    journal: Journal = field(default_factory=Journal)
    last: int = 0


@dataclass(frozen=True, slots=True)
class _Wave:
    number: int
    end: bool
    lines: bytes


@dataclass(frozen=True, slots=True)
class ObjectJournal:
    """The journal in one bucket."""

    bucket: Bucket
    seal: Seal

    def read(self) -> Told:
        """The journal that is open; empty when none is. Raises Damaged."""
        for _ in range(_TRIES):
            numbers = self._numbers()
            waves = self._after_the_end(numbers)
            if waves is not None:
                return self._told(numbers, waves)
        raise Unusable(f"{self.bucket.where}: the journal changes faster than it can be read.", hint="Try again.")

    def add(self, entries: Sequence[Entry], after: Told, lock: str) -> Told:
        """Adds a wave behind `after`; durable on return. Raises Locked when the number is taken: somebody else writes
        this journal too."""
        lines, journal = journal_file.encode_all(entries, after.journal)
        return Told(journal, self._put(after.last + 1, lock, lines, end=False))

    def close(self, after: Told, lock: str) -> None:
        """Ends the journal, and takes it away as far as that goes: the rest is for the next one to take away."""
        number = self._put(after.last + 1, lock, b"", end=True)
        with suppress(Unusable):
            self.bucket.remove([_key(old) for old in self._numbers() if old < number])

    def _put(self, number: int, lock: str, lines: bytes, *, end: bool) -> int:
        head = canonical({"wave": number, "lock": lock, "end": end}) + b"\n"
        body = self.seal.close(head + lines, "journal", serial=number, lineage="")
        try:
            self.bucket.put(_key(number), body, None)
        except (Conflict, Unusable) as failed:
            found = self.bucket.get(_key(number), journal_file.LARGEST)
            if found is not None and found.data == body:
                return number  # it is ours, and only the answer was lost
            if isinstance(failed, Unusable):
                raise
            raise Locked(
                "Somebody else writes the journal of this state: the lock was broken.",
                hint="See `mailform state lock-info`, then run `mailform recover`.",
            ) from None
        return number

    def _after_the_end(self, numbers: Sequence[int]) -> list[_Wave] | None:
        """The waves behind the last end, in order; None when one of them was gone before it was read."""
        waves: list[_Wave] = []
        for number in reversed(numbers):
            found = self.bucket.get(_key(number), journal_file.LARGEST)
            if found is None:
                return None
            wave = self._wave(number, found.data)
            if wave.end:
                break
            waves.insert(0, wave)
        return waves

    def _told(self, numbers: Sequence[int], waves: Sequence[_Wave]) -> Told:
        last = numbers[-1] if numbers else 0
        if [wave.number for wave in waves] != [*range(last - len(waves) + 1, last + 1)]:
            raise Damaged(f"{self.bucket.where}: a wave of the journal is missing.", hint=journal_file.HINT)
        journal = journal_file.decode(b"".join(wave.lines for wave in waves))
        if journal.torn:
            raise Damaged(f"{self.bucket.where}: a wave of the journal is cut.", hint=journal_file.HINT)
        return Told(journal, last)

    def _wave(self, number: int, data: bytes) -> _Wave:
        head, _, lines = self.seal.open(data, "journal").partition(b"\n")
        told = read_json(head, what=f"Wave {number} of the journal", limit=journal_file.LARGEST)
        match told:
            case {"wave": int() as own, "lock": str(), "end": bool() as end} if own == number:
                return _Wave(number, end, lines)
        raise Damaged(f"Wave {number} of the journal isn't what Mailform wrote.", hint=journal_file.HINT)

    def _numbers(self) -> list[int]:
        found = (_KEY.fullmatch(listed.key) for listed in self.bucket.listed(FOLDER))
        return sorted(int(match["number"]) for match in found if match is not None)


def _key(number: int) -> str:
    return f"{FOLDER}/{number:010}"
