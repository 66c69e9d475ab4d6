"""A folder with a configuration, a tenant beside it, and commands that are run there as a user runs them.

The commands are those of the command line, with exit codes and all; only the tenant, the clock and the store that they
find at their desk are the world's own. What hands did is kept book of, so that it isn't held against Mailform.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import typer

from lifecycle.bench import StillClock
from lifecycle.machine import hands
from lifecycle.machine.configured import Configured
from lifecycle.machine.hands import Deed
from lifecycle.machine.in_turn import in_turn
from lifecycle.machine.trouble import (
    QUIET,
    Killed,
    KilledAtCall,
    Listening,
    LockBroken,
    Meddled,
    Mortal,
    Struck,
    Trouble,
    break_lock,
    faults,
)
from mailform.cli import desk
from mailform.cli.common import Common
from mailform.cli.failing import exit_of
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.session.preparing import Prepared, prepare
from mailform_providers.connect import Connection, connect_sandbox
from mailform_providers.sandbox import Behaviour, Request, Sandbox
from mailform_providers.sandbox.snapshot import Snapshot
from mailform_providers.sandbox.storage import Memory
from mailform_providers.wire.patience import Patience, Waits
from mailform_state.errors import Failure
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result
from mailform_state.local import LOCK, LocalStore
from mailform_state.values import State

Object = tuple[str, str]
"""An object of the tenant, by kind and id."""

KINDS = ("outbound_connector", "inbound_connector", "transport_rule", "accepted_domain")
LAGS = 8.0
"""Seconds that a change takes to the slowest replica of a tenant that lags."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is at one moment: the tenant, the state, the open journal, and which objects those two know."""

    tenant: Snapshot
    state: State | None
    journal: tuple[Entry, ...] | None
    known: frozenset[Object]
    at: float

    @property
    def objects(self) -> dict[Object, object]:
        return objects_of(self.tenant)

    @property
    def order(self) -> list[str]:
        return list(self.tenant["rule_order"])  # type: ignore[arg-type]  # GUIDs

    @property
    def serial(self) -> int:
        return 0 if self.state is None else self.state.serial


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended. `code` is None when it was killed; `error` what it said before anything was changed.
    `meddled` is what a hand touched meanwhile; of what was `flickering` when it began, slow replicas may have had an
    older version."""

    command: str
    code: Exit | None
    error: Failure | Mistakes | None
    before: Scene
    after: Scene
    writes: tuple[Request, ...]
    trouble: Trouble
    happened: bool
    meddled: frozenset[Object]
    broken_at: int | None
    said: str
    flickering: frozenset[Object]
    late_before: int
    late_after: int

    @property
    def clean(self) -> bool:
        """Whether nothing at all was in its way."""
        return not self.happened and self.before.journal is None and not self.late_before


@dataclass(slots=True)
class World:
    """One folder, one tenant, one run of the machine. Close it at the end."""

    behaviour: Behaviour
    configured: Configured
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="mailform-machine-", dir=_fast())))
    memory: Memory = field(default_factory=Memory)
    clock: StillClock = field(default_factory=StillClock)
    strays: set[Object] = field(default_factory=set)
    gone: set[Object] = field(default_factory=set)
    touched: dict[Object, float] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self._open.enter_context(in_turn())

    def close(self) -> None:
        self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder)

    @property
    def hand(self) -> Sandbox:
        """The tenant, for an administrator's hand."""
        return self.sandbox(QUIET)

    @property
    def common(self) -> Common:
        return Common(self.folder, (), (), (), json=False, color=False, quiet=True, verbose=0)

    @property
    def lags(self) -> bool:
        return bool(self.behaviour.visibility_seconds)

    def sandbox(self, trouble: Trouble, observer: Callable[[Request], None] | None = None) -> Sandbox:
        return Sandbox(
            self.memory,
            "fabrikam.onmicrosoft.com",
            behaviour=self.behaviour,
            faults=faults(trouble),
            observer=observer,
            clock=self.clock.now,
            sleep=self.clock.sleep,
        )

    def scene(self) -> Scene:
        """Everything as it is now."""
        journal = self.store.journal()
        state = self.store.read()
        entries = None if journal is None else journal.entries
        tenant = self.hand.snapshot()
        return Scene(tenant, state, entries, known(state, entries) | announced(tenant, entries), self.clock.passed)

    def wait(self, seconds: float) -> None:
        """Lets time pass. What arrives late in it is nobody's, and so is what it changes."""
        with self._noted(late=True):
            self.clock.sleep(seconds)

    def by_hand(self, deed: Deed) -> frozenset[Object]:
        """An administrator's hand at work; answers with what it touched."""
        with self._noted() as changed:
            touched = hands.carry_out(self.hand, deed)
        return frozenset(changed | ({(deed.kind, touched)} if touched else set()))

    @contextmanager
    def _noted(self, *, late: bool = False) -> Iterator[set[Object]]:
        """Keeps book of what comes and goes without Mailform. What an open journal announced, and comes `late`, is the
        run's own."""
        changed: set[Object] = set()
        was = self.hand.snapshot()
        yield changed
        now = self.hand.snapshot()
        if was == now:
            return
        before, after = objects_of(was), objects_of(now)
        self._note(was, now)
        changed |= before.keys() ^ after.keys()
        self.strays |= (after.keys() - before.keys()) - (self.scene().known if late else set())
        self.gone |= before.keys() - after.keys()

    def _note(self, was: Snapshot, now: Snapshot) -> None:
        """Keeps in mind when objects came, changed and went, and when rules moved."""
        before, after = objects_of(was), objects_of(now)
        moved = was["rule_order"] != now["rule_order"]
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        changed |= {key for key in after if moved and key[0] == "transport_rule"}
        self.touched |= dict.fromkeys(changed, self.clock.passed)

    def flickering(self) -> frozenset[Object]:
        """The objects that came, changed or went so short a time ago that slow replicas may still show them as they
        were: a command that begins now may get to see nothing else, however often it looks."""
        now = self.clock.passed
        return frozenset(key for key, last in self.touched.items() if now - last < self.behaviour.visibility_seconds)

    def prepared(self, options: Options | None = None) -> Prepared:
        """The plan that would be made now. Raises Mistakes, Failure."""
        with connect_sandbox(self.hand, self.waits(), self.patience()) as tenant:
            return prepare(
                desk.configuration(self.common),
                self.store.read(),
                tenant.tenant_id,
                tenant.provider,
                options or Options(),
                lineage="11111111-1111-4111-8111-111111111111",
            )

    def run(self, name: str, command: Callable[[Common], None], trouble: Trouble = QUIET) -> Ran:
        """Runs a command; what it does and says is in the answer."""
        (self.folder / "mailform.toml").write_bytes(self.configured.toml())
        before = self.scene()
        late, flickering = len(self.memory.underway), self.flickering()
        meddled: set[Object] = set()
        broken: list[int] = []
        happened: list[bool] = []

        def observe(_: Request) -> None:
            number = len(sandbox.writes) + 1
            match trouble:
                case KilledAtCall(nth, False) if nth == number:
                    raise Killed
                case LockBroken(nth, how) if nth == number:
                    break_lock(self.folder / LOCK, how)
                    broken.append(number)
                case Meddled(nth, deed) if nth == number:
                    happened.append(True)
                    meddled.update(self.by_hand(deed))

        def heard(number: int) -> None:
            if isinstance(trouble, KilledAtCall) and trouble.after and trouble.nth == number:
                raise Killed

        sandbox = self.sandbox(trouble, observe)
        said = io.StringIO()
        code: Exit | None = Exit.DONE
        error: Failure | Mistakes | None = None
        with self._at_the_desk(Listening(sandbox, heard), trouble), redirect_stdout(said), redirect_stderr(said):
            try:
                command(self.common)
            except typer.Exit as left:
                code = Exit(left.exit_code)
            except Mistakes as found:
                code, error = Exit.ERROR, found
            except Failure as found:
                code, error = exit_of(found), found
            except Killed:
                code = None
        after = self.scene()
        self._note(before.tenant, after.tenant)
        struck = any(request.status is None or request.status >= 400 for request in sandbox.log)
        if isinstance(trouble, Struck):
            struck |= len(sandbox.log if trouble.reads else sandbox.writes) >= trouble.nth
        return Ran(
            name,
            code,
            error,
            before,
            after,
            sandbox.writes,
            trouble,
            bool(happened or broken or struck or code is None),
            frozenset(meddled),
            broken[0] if broken else None,
            said.getvalue(),
            flickering,
            late,
            len(self.memory.underway),
        )

    @contextmanager
    def _at_the_desk(self, sandbox: Listening, trouble: Trouble) -> Iterator[None]:
        """What commands find at their desk."""

        def connection(*_: object) -> Connection:
            return connect_sandbox(sandbox, self.waits(), self.patience())  # type: ignore[arg-type]  # all that is asked of a sandbox

        store = Mortal(self.folder, trouble)
        with (
            patch.object(desk, "connection", connection),
            patch.object(desk, "SystemClock", lambda: self.clock),
            patch.object(desk, "store", lambda _: store),
        ):
            yield

    def waits(self) -> Waits:
        return Waits(300.0, 300.0, sleep=self.clock.sleep, clock=self.clock.monotonic)

    def patience(self) -> Patience:
        return Patience(tries=3, sleep=self.clock.sleep)


def objects_of(tenant: Snapshot) -> dict[Object, object]:
    """Every object of a tenant."""
    return {(kind, id): found for kind in KINDS for id, found in tenant[kind].items()}  # type: ignore[union-attr]  # by id


def known(state: State | None, journal: tuple[Entry, ...] | None) -> frozenset[Object]:
    """The objects that state and journal know of."""
    found: set[Object] = set()
    if state is not None:
        found |= {(one.kind, one.id) for one in (*state.resources.values(), *state.pending_delete)}
        found |= {(one.kind, one.id) for one in state.unresolved if one.id is not None}
    intents = {entry.step: entry for entry in journal or () if isinstance(entry, Intent)}
    for entry in journal or ():
        if isinstance(entry, Result) and entry.id is not None and entry.step in intents:
            found.add((intents[entry.step].kind, entry.id))
    return frozenset(found)


def announced(tenant: Snapshot, journal: tuple[Entry, ...] | None) -> frozenset[Object]:
    """The objects that an open journal announced, and doesn't know yet: new since it began, and with that very name."""
    told = journal or ()
    ended = {e.step for e in told if isinstance(e, Result) and e.outcome is not Outcome.AMBIGUOUS}
    made = [e for e in told if isinstance(e, Intent) and e.action == "create" and e.step not in ended]
    names = {(intent.kind, str(intent.payload.get("name") or intent.payload.get("domain"))) for intent in made}
    begin = next((e for e in told if isinstance(e, Begin)), None)
    present = {} if begin is None else begin.present
    return frozenset(
        (kind, id)
        for kind in KINDS
        for id, found in tenant[kind].items()  # type: ignore[union-attr]  # by id
        if (kind, str(found.get("Name") or id)) in names and id not in present.get(kind, ())
    )


def _fast() -> str | None:
    """Where files need no disk, if there is such a place."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
