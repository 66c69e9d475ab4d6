"""What can go wrong while a command runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import httpx
from hypothesis import strategies as st

from lifecycle.machine.configured import KINDS
from lifecycle.machine.hands import DEEDS, Deed
from mailform_providers.sandbox import (
    Expire,
    Fault,
    Forbid,
    Late,
    Lose,
    Page,
    Reject,
    Sandbox,
    Throttle,
    Truncate,
    When,
)
from mailform_providers.sandbox.faults import What
from mailform_state.journal import Entry
from mailform_state.local import LocalStore
from mailform_state.values import State


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it and tidy up."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class Struck:
    """The service strikes the nth write, or with `reads` the nth call of any kind."""

    what: What
    nth: int
    reads: bool = False


@dataclass(frozen=True, slots=True)
class KilledAtCall:
    """The process dies at its nth write to the tenant: before it was carried out, or before its answer came."""

    nth: int
    after: bool


@dataclass(frozen=True, slots=True)
class KilledAtWrite:
    """The process dies at its nth durable write to the state's store: before it, or right after."""

    nth: int
    after: bool


@dataclass(frozen=True, slots=True)
class LockBroken:
    """Somebody takes the lock's file away, or exchanges it, when the nth write comes to the tenant."""

    nth: int
    how: Literal["removed", "exchanged"]


@dataclass(frozen=True, slots=True)
class Meddled:
    """An administrator's hand is at work when the nth write comes to the tenant."""

    nth: int
    deed: Deed


Trouble: TypeAlias = Quiet | Struck | KilledAtCall | KilledAtWrite | LockBroken | Meddled

QUIET = Quiet()
_nth = st.integers(1, 10)
deeds: st.SearchStrategy[Deed] = st.builds(
    Deed, st.sampled_from(DEEDS), st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 5)
)
_whats: st.SearchStrategy[What] = st.one_of(
    st.just(Reject()),
    st.just(Lose(applied=False)),
    st.just(Lose(applied=True)),
    st.builds(Late, st.sampled_from((1.0, 4.0, 40.0))),
    st.sampled_from((Expire(), Throttle("2"), Forbid(), Page(), Truncate())),
)
_struck = st.builds(Struck, _whats, _nth) | st.builds(Struck, _whats, st.integers(1, 25), st.just(True))
_killed = st.builds(KilledAtCall, _nth, st.booleans()) | st.builds(KilledAtWrite, st.integers(1, 25), st.booleans())
_broken = st.builds(LockBroken, _nth, st.sampled_from(("removed", "exchanged")))
troubles: st.SearchStrategy[Trouble] = st.one_of(
    st.just(QUIET), _struck, _struck, _struck, _killed, _killed, _broken, st.builds(Meddled, _nth, deeds)
)


def faults(trouble: Trouble) -> tuple[Fault, ...]:
    """The trouble as the sandbox's own faults, where it is one."""
    if isinstance(trouble, Struck):
        return (Fault(When(nth=trouble.nth, writes=None if trouble.reads else True), trouble.what),)
    return ()


class Listening:
    """A sandbox of whose writes somebody hears once they are carried out, before the answer is on its way."""

    def __init__(self, sandbox: Sandbox, heard: Callable[[int], None]) -> None:
        self._sandbox, self._heard = sandbox, heard
        self.tenant_id, self.token = sandbox.tenant_id, sandbox.token

    def transport(self) -> httpx.BaseTransport:
        inner, sandbox, heard = self._sandbox.transport(), self._sandbox, self._heard

        class Transport(httpx.BaseTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                sent = len(sandbox.writes)
                answer = inner.handle_request(request)
                if len(sandbox.writes) > sent:
                    heard(len(sandbox.writes))
                return answer

        return Transport()


def break_lock(path: Path, how: Literal["removed", "exchanged"]) -> None:
    """Takes the lock's file away from under its holder."""
    path.unlink(missing_ok=True)
    if how == "exchanged":
        path.write_text("\n{}\n")


class Mortal(LocalStore):
    """A store whose process dies at its nth durable write."""

    def __init__(self, folder: Path, trouble: Trouble) -> None:
        super().__init__(folder)
        self._trouble = trouble
        self._writes = 0

    def append(self, entries: Sequence[Entry]) -> None:
        self._dying(lambda: super(Mortal, self).append(entries))

    def write(self, state: State, *, expected: int | None) -> None:
        self._dying(lambda: super(Mortal, self).write(state, expected=expected))

    def close_journal(self) -> None:
        self._dying(super().close_journal)

    def _dying(self, write: Callable[[], None]) -> None:
        self._writes += 1
        match self._trouble:
            case KilledAtWrite(nth, after) if nth == self._writes:
                if after:
                    write()
                raise Killed
            case _:
                write()
