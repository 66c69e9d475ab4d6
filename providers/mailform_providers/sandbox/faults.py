"""Faults, as arguments of a sandbox: which request is struck, and what happens to it.

    Fault(When(nth=3), Reject())                            the third write is refused
    Fault(When(operation="Remove-*"), Reject())             no removal succeeds
    Fault(When(nth=2), Lose(applied=True))                  the second write is carried out, its answer lost
    Fault(When(nth=2), Late(60))                            its connection breaks, and it is carried out a minute later
    Fault(When(nth=5, times=2, writes=None), Throttle("3")) requests 5 and 6, reads included, are turned away

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
    `identity` may have `*`, and their case doesn't matter. `nth` counts, from 1, those that the rest holds for: that
    one is struck, or `times` in a row, or with `onwards` all from it on. Only writes are meant unless `writes` is
    False (reads) or None (both)."""

    nth: int | None = None
    onwards: bool = False
    operation: str = "*"
    identity: str = "*"
    writes: bool | None = True
    times: int = 1

    def concerns(self, request: Request) -> bool:
        return (
            self.writes in (None, request.writes)
            and fnmatchcase(request.operation.casefold(), self.operation.casefold())
            and fnmatchcase(request.identity.casefold(), self.identity.casefold())
        )

    def strikes(self, count: int) -> bool:
        """Whether the request that is number `count` of those it concerns is struck."""
        if self.nth is None:
            return True
        return count >= self.nth and (self.onwards or count < self.nth + self.times)


@dataclass(frozen=True, slots=True)
class Reject:
    """Refused as a cmdlet refuses (of Graph: with `code`), and not carried out. `moods` has some that are known."""

    message: str = "The sandbox was told to refuse this."
    type: str = "Microsoft.Exchange.Configuration.Tasks.TaskException"
    status: int = 400
    code: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    """The connection breaks instead of an answer: after the request was carried out, or before."""

    applied: bool


@dataclass(frozen=True, slots=True)
class Late:
    """The connection breaks instead of an answer, and the request is still on its way: it is carried out when `seconds`
    have passed on the tenant's clock, by the first who asks for anything then. What becomes of it nobody hears."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Forbid:
    """403 with a body that can't be read; not carried out. `diagnostics` is the reason in `x-ms-diagnostics`: None is
    the usual one, "" none."""

    diagnostics: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """200 with a web page, as from something that stands between; not carried out unless it says so."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """The answer's JSON ends in the middle; carried out unless it says otherwise."""

    applied: bool = True


@dataclass(frozen=True, slots=True)
class Throttle:
    """Turned away unread: 429, or 503. `retry_after` is the header as it is sent, or no header; with `as_date` it is a
    number of seconds, and sent as the date when they will have passed. `rate_limits` sends the Rate-Limit-* headers."""

    retry_after: str | None = None
    status: int = 429
    as_date: bool = False
    rate_limits: bool = False


@dataclass(frozen=True, slots=True)
class Crowd:
    """Turned away unread, with a plain sentence about concurrent requests, under 200 or any other status."""

    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """302 to the same path at `<prefix>.<host>`, not carried out. A host that is an address has nothing below it: from
    there it goes to the address itself."""

    prefix: str = "nam01"


@dataclass(frozen=True, slots=True)
class Expire:
    """401, not carried out; and the token that was sent is never taken again."""


What: TypeAlias = Reject | Lose | Late | Forbid | Page | Truncate | Throttle | Crowd | Redirect | Expire


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
