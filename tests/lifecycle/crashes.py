"""Every instant at which a run can die, caught in one run that doesn't.

A crash leaves two things: what the disk holds, and what the tenant is. Both are values, so `recording` takes them down
at every write to the folder and before and after every call of the tenant, and `restage` sets either up again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from lifecycle.bench import Bench, StillClock
from lifecycle.disk import Disk, Files
from mailform_providers.sandbox import Fault, Request, Sandbox
from mailform_providers.sandbox.faults import Lose
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.service import Observer
from mailform_providers.sandbox.storage import Memory, Tenants
from mailform_providers.sandbox.wire import Answer
from mailform_state.local import LOCK

LATER = 3600.0
"""When whoever recovers comes, in seconds after the run began."""

_DEAD = (
    b'\n{"id":"1","user":"somebody","host":"here","pid":1,"since":"2026-11-23T12:00:00Z","command":"mailform apply"}\n'
)
_TEMPORARY = re.compile(r"(?P<head>.*\.)[0-9a-f]{12}(?P<tail>\.tmp)")


@dataclass(frozen=True, slots=True)
class Image:
    """What a crash leaves. `where` is the first instant of which it was left, for people; `sent` how many writes had
    left by then. `key` is the same for the same files and the same tenant, to the byte."""

    files: Files
    tenants: Tenants
    where: str
    sent: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Flight:
    """A write that was on its way when the run died: the image without it, and the request."""

    image: Image
    arrival: Arrival
    operation: str


@dataclass(slots=True)
class Record:
    """What was caught: the distinct images in the order of time, and how many instants there were."""

    points: int = 0
    images: dict[bytes, Image] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)


@dataclass(slots=True)
class Camera:
    """Takes the images of one run. `durable` is what is on the disk for certain, by now."""

    memory: Memory
    record: Record
    disk: Disk = field(init=False)
    sent: int = 0
    _text: tuple[Tenants, bytes] | None = None

    def take(self, where: str, files: Files | None = None) -> Image:
        """One instant. With `files`, what the disk holds in place of what it does."""
        with self.disk.lock:
            if files is None:
                self.record.points += 1
            taken = [self._keep(where, found) for found in (self.disk.views() if files is None else (files,))]
            return taken[0]

    def durable(self, name: str) -> bytes:
        with self.disk.lock:
            return self.disk.views()[1].get(name, b"")

    def _keep(self, where: str, files: Files) -> Image:
        tenants = self.memory.read()
        if self._text is None or self._text[0] is not tenants:
            self._text = (tenants, repr(tenants).encode())
        named = _numbered(files)
        digest = blake2b(self._text[1], digest_size=16)
        for name in sorted(named):
            digest.update(b"%s\0%d\0%s" % (name.encode(), len(named[name]), named[name]))
        key = digest.digest()
        return self.record.images.setdefault(key, Image(named, tenants, where, self.sent, key))


def _numbered(files: Files) -> Files:
    """The files, with numbers in place of what is drawn by lot in the names of temporary ones."""
    found = {}
    for number, name in enumerate(sorted(files)):
        drawn = _TEMPORARY.fullmatch(name)
        found[name if drawn is None else f"{drawn['head']}{number:012x}{drawn['tail']}"] = files[name]
    return found


class Watched(Sandbox):
    """A sandbox that is filmed, and counts the writes that come in."""

    stage: Stage

    @classmethod
    def of(cls, stage: Stage, faults: tuple[Fault, ...] = ()) -> Watched:
        """The tenant of a stage."""
        found = cls(
            stage.memory,
            "fabrikam.onmicrosoft.com",
            behaviour=stage.behaviour,
            faults=faults,
            observer=lambda request: stage.heard(stage, request),
            clock=stage.clock.now,
        )
        found.stage = stage
        return found

    def answer(self, arrival: Arrival) -> Answer | Lose:
        with self._lock:
            camera = self.stage.camera
            if camera is None:
                return super().answer(arrival)
            before = camera.take("before a call")
            answer = super().answer(arrival)
            request = self._log[-1]
            if request.writes:
                camera.record.flights.append(Flight(before, arrival, request.operation))
                camera.sent += 1
            camera.take(f"after {request.operation} {request.identity}".rstrip())
            return answer


@dataclass(slots=True)
class Stage(Bench):
    """A bench that can be filmed. `heard` is told of every write that comes to the tenant, before it is handled."""

    camera: Camera | None = None
    heard: Callable[[Stage, Request], None] = lambda _stage, _request: None
    opened: list[Watched] = field(default_factory=list)

    def sandbox(self, faults: tuple[Fault, ...] = (), observer: Observer | None = None) -> Sandbox:
        self.opened.append(Watched.of(self, faults))
        return self.opened[-1]

    def requests(self) -> tuple[Request, ...]:
        """Every write that was sent since the curtain rose."""
        return tuple(request for sandbox in self.opened for request in sandbox.writes)


@contextmanager
def recording(stage: Stage) -> Iterator[Record]:
    """Takes an image of every instant until the context ends."""
    record = Record()
    camera = stage.camera = Camera(stage.memory, record)
    camera.disk = Disk(stage.folder, camera.take)
    try:
        with camera.disk.watching():
            camera.take("before anything")
            yield record
            camera.take("after everything")
    finally:
        stage.camera = None


def restage(image: Image, folder: Path, text: str, parallelism: int = 3) -> Stage:
    """What a crash left, set up again in an empty folder: as another process finds it, an hour later. The dead one's
    name still stands on the lock."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, content in {**image.files, LOCK: _DEAD}.items():
        (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
        (folder / name).write_bytes(content)
    memory = Memory()
    memory.write(image.tenants)
    # nothing lags here, so there is no need to look for long
    return Stage(folder, text, memory=memory, clock=StillClock(LATER), visibility=10.0, parallelism=parallelism)


def now(stage: Stage, where: str) -> Image:
    """What the stage holds at this instant."""
    camera = Camera(stage.memory, Record())
    camera.disk = Disk(stage.folder, camera.take)
    return replace(camera.take(where), sent=len(stage.requests()))
