"""Faults, as arguments of a sandbox: which request is struck, and what happens to it.

    Fault(When(nth=3), Reject())                            the third write is refused
    Fault(When(operation="Remove-*"), Reject())             no removal succeeds
    Fault(When(nth=2), Lose(applied=True))                  the second write is carried out, its answer lost

Counting starts when the sandbox is opened. Edits through `Sandbox.run` and `Sandbox.graph` are never struck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from mailform_providers.sandbox.requests import Request


@dataclass(frozen=True, slots=True)
class When:
    """Which requests: all that is said must hold. `operation` (a cmdlet, or `PATCH /domains/contoso.com`) and
    `identity` may have `*`, and their case doesn't matter. `nth` counts, from 1, those that the rest holds for; with
    `onwards` that one and all after it. Only writes are meant unless `writes` is False (reads) or None (both)."""

    nth: int | None = None
    onwards: bool = False
    operation: str = "*"
    identity: str = "*"
    writes: bool | None = True

    def concerns(self, request: Request) -> bool:
        return (
            self.writes in (None, request.writes)
            and fnmatchcase(request.operation.casefold(), self.operation.casefold())
            and fnmatchcase(request.identity.casefold(), self.identity.casefold())
        )

    def strikes(self, count: int) -> bool:
        """Whether the request that is number `count` of those it concerns is struck."""
        return self.nth is None or count == self.nth or (self.onwards and count > self.nth)


@dataclass(frozen=True, slots=True)
class Reject:
    """Refused as a cmdlet refuses (of Graph: with `code`), and not carried out."""

    message: str = "The sandbox was told to refuse this."
    type: str = "Microsoft.Exchange.Configuration.Tasks.TaskException"
    status: int = 400
    code: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    """The connection breaks instead of an answer: after the request was carried out, or before."""

    applied: bool


@dataclass(frozen=True, slots=True)
class Forbid:
    """403 with a body that can't be read; not carried out."""


@dataclass(frozen=True, slots=True)
class Page:
    """200 with a web page, as from something that stands between; not carried out unless it says so."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """The answer's JSON ends in the middle; carried out unless it says otherwise."""

    applied: bool = True


What: TypeAlias = Reject | Lose | Forbid | Page | Truncate


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Of several that strike the same request, the first one given counts."""

    when: When
    what: What


class Faults:
    """The faults of one sandbox with what each has counted; not safe to share between threads without a lock."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._counts = [0] * len(self._faults)

    def strike(self, request: Request) -> What | None:
        """Counts a request, and says what happens to it."""
        struck: What | None = None
        for place, fault in enumerate(self._faults):
            if fault.when.concerns(request):
                self._counts[place] += 1
                if struck is None and fault.when.strikes(self._counts[place]):
                    struck = fault.what
        return struck
