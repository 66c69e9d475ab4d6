"""Where tenants are kept: in memory, or in one JSON file that several processes may share.

The file is written whole and atomically, under a lock beside it; a reader sees the old one or the new one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from mailform_providers.sandbox.replication import Past
from mailform_providers.sandbox.soundness import flaw
from mailform_providers.sandbox.tenant import Tenant
from mailform_providers.sandbox.underway import Underway
from mailform_state.errors import Unusable
from mailform_state.regular import NotAFile, read_named

Tenants: TypeAlias = Mapping[str, Tenant]
"""By their GUIDs."""

_LARGEST = 64 << 20
"""Bytes. The largest tenant, every rule as long as it may be, stays far below."""

_PATIENCE = 30
"""How many seconds an edit waits for the lock; whoever holds it only writes a file."""


class Store(Protocol):
    """Where a sandbox keeps its tenants."""

    @property
    def past(self) -> Past:
        """What the tenants were before, as far as this process saw it."""

    @property
    def underway(self) -> Underway:
        """What is still on its way to the tenants, as far as this process knows."""

    def read(self) -> Tenants:
        """What is there now; empty when nothing was ever kept."""

    def editing(self) -> contextlib.AbstractContextManager[None]:
        """Nobody else edits inside; what is read there is the newest."""

    def write(self, tenants: Tenants) -> None:
        """Keeps these, and durably when it returns. Only inside `editing`."""


class Memory:
    """Tenants that end with the process."""

    def __init__(self) -> None:
        self.past = Past()
        self.underway = Underway()
        self._tenants: Tenants = {}

    def read(self) -> Tenants:
        return self._tenants

    def editing(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def write(self, tenants: Tenants) -> None:
        self._tenants = tenants


class _Document(BaseModel):
    """The file. Built only when a file is read or written, since describing the tenant to pydantic takes its time."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    format: Literal["mailform-sandbox"] = "mailform-sandbox"
    version: Literal[1] = 1
    tenants: dict[str, Tenant]


class File:
    """Tenants in a file, mode 0600, read again whenever it changed."""

    def __init__(self, path: Path) -> None:
        self.past = Past()
        self.underway = Underway()
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._tenants: Tenants = {}
        self._edits = False

    def read(self) -> Tenants:
        with _usable(self._path):
            try:
                stamp = self._stamp()
                if stamp != self._seen or self._edits:
                    self._tenants = self._parsed(read_named(self._path, _LARGEST, links=False))
                    self._seen = stamp
            except FileNotFoundError:
                self._seen, self._tenants = None, {}
        return self._tenants

    @contextlib.contextmanager
    def editing(self) -> Iterator[None]:
        with _usable(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(f"{self._path}.lock", mode=0o600, timeout=_PATIENCE)
            lock.acquire()
        try:
            self._edits = True
            yield
        finally:
            self._edits = False
            lock.release()

    def write(self, tenants: Tenants) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")  # one name for all: only who has the lock writes
        body = _Document.model_construct(tenants=dict(tenants)).model_dump_json(indent=1).encode()
        with _usable(self._path):
            fresh.unlink(missing_ok=True)  # what a writer left that was killed
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._path)
            _sync_folder(self._path.parent)
            self._seen, self._tenants = self._stamp(), tenants

    def _stamp(self) -> tuple[int, int, int]:
        status = self._path.lstat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _parsed(self, body: bytes) -> Tenants:
        if len(body) > _LARGEST:
            raise self._none(f"it has more than {_LARGEST:,} bytes")
        try:
            tenants = _Document.model_validate_json(body).tenants
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise self._none(f"{where}: {first['msg']}") from None
        if found := flaw(tenants):
            raise self._none(found)
        return tenants

    def _none(self, why: str) -> Unusable:
        return Unusable(
            f"{self._path} isn't a sandbox's file: {why}",
            hint="Restore the file, or delete it to begin with an empty tenant.",
        )


@contextlib.contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Says of which file it is that the system refused something."""
    try:
        yield
    except Timeout:
        raise Unusable(f"{path} is kept locked by another process.", hint="Wait for it to end, or end it.") from None
    except OSError as problem:
        raise Unusable(f"{path} can't be used: {problem.strerror}.", hint="Look at the file's permissions.") from None
    except NotAFile as found:
        raise Unusable(f"{path} can't be used: it is {found.what}.", hint="Move it away, or name a file.") from None


def _sync_folder(folder: Path) -> None:
    """Makes a rename durable where folders can be synced; Windows has no such thing."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
