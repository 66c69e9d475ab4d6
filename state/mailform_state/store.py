"""Where a state lasts: what every store does, whether it is a folder or a bucket.

`local` keeps it beside the configuration. Whoever writes holds the lock; that a write also names the serial it builds
on is the second line of defence, for a lock that was broken or lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailform_state.journal import Entry, Image
from mailform_state.journal_file import Journal
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks for the lock, or has it. `since` is when they asked, in UTC; `pipeline` the URL of the job that runs,
    `command` what it runs, without its values: others read it, so never put a variable in it."""

    user: str
    host: str
    pid: int
    since: datetime
    command: str = ""
    pipeline: str | None = None


@dataclass(frozen=True, slots=True)
class LockInfo:
    """What a lock says of itself. `holder` is None where it says nothing readable. `held` is False for a name that a
    dead process left behind: it is in nobody's way, and `unlock` wipes it off."""

    id: str
    holder: Holder | None
    held: bool = True


class Lock(Protocol):
    """A lock that is held. It ends with its context, or with its process where the store can promise that."""

    @property
    def id(self) -> str:
        """Names this one holding; `unlock` asks for it."""

    def check(self) -> None:
        """Raises Locked when the lock is not ours any more. Asked before every wave of changes."""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A version of the state that is kept. `size` in bytes."""

    serial: int
    at: datetime
    size: int


class Store(Protocol):
    """Keeps one state, its last versions, and the journal of the run that is changing it.

    Everything raises Unusable when the store can't be used, and Damaged when what it holds isn't what was written.
    Only `read`, `journal`, `versions`, `version`, `images` and `lock_info` may be called without holding the lock;
    `prepare` and `unlock` see to it themselves.
    """

    @property
    def where(self) -> str:
        """Where the state is, as people write it. Holds no secret."""

    def prepare(self) -> None:
        """Makes sure that the store is there, that it may be read and written, and that it keeps its promises; leaves
        what it holds as it is. For `init`."""

    def read(self) -> State | None:
        """The state now; None only when there never was one. A reader at any instant gets one whole version."""

    def write(self, state: State, *, expected: int | None) -> None:
        """Makes `state` the state. `expected` is the serial it builds on, None when there is no state yet; the serial
        of `state` is one higher (with None: any). Raises Overtaken when the store holds another one, and then has
        changed nothing."""

    def overwrite(self, state: State) -> State:
        """Makes `state` the state whatever the store holds, damaged or not, under a serial above all it ever had;
        returns it with that serial. For `restore` and a forced push only: it asks nothing."""

    def versions(self) -> tuple[VersionInfo, ...]:
        """The versions that are kept, the oldest first. Raises Refused where the store keeps none."""

    def version(self, serial: int) -> State:
        """One of the versions. Raises Unusable when it isn't kept."""

    def journal(self) -> Journal | None:
        """The journal of the run that is on or was cut off; None when there is none, or not one whole entry in it."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Adds to the journal, in one write that is durable on return. Raises Unusable when it isn't, and Locked when
        the lock was lost: then nothing that these entries announce may be done."""

    def close_journal(self) -> None:
        """Takes the journal away. Only after the state it led to was read back."""

    def keep_images(self, serial: int, images: Sequence[Image]) -> None:
        """Keeps the before-images of a run that begins from version `serial`, beside that version and as long."""

    def images(self, serial: int) -> tuple[Image, ...]:
        """The before-images kept beside a version; empty when there are none."""

    def lock(self, holder: Holder, timeout: float) -> AbstractContextManager[Lock]:
        """Holds the lock while the context lasts. Waits at most `timeout` seconds, 0 for not at all; raises Locked,
        naming the holder."""

    def lock_info(self) -> LockInfo | None:
        """Who has the lock, or left his name on it; None when nobody has. Takes no lock."""

    def unlock(self, lock_id: str) -> None:
        """Breaks the lock with this ID. Raises Refused when the ID isn't the lock's, and Locked when the store can
        tell that its holder is alive."""
