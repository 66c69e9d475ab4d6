"""Exit codes, and which one wins when several things are true."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says. Pipelines rely on these numbers; never give one another meaning."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    ROLLED_BACK = 3
    UNRESOLVED = 4
    WAITING = 5
    INTERRUPTED = 6
    LOCKED = 7
    STALE = 8
    INTEGRITY = 9
    REFUSED = 10


_BEFORE = (Exit.INTEGRITY, Exit.LOCKED, Exit.REFUSED, Exit.STALE, Exit.ERROR, Exit.CHANGES)
_AFTER = (Exit.UNRESOLVED, Exit.INTERRUPTED, Exit.LOCKED, Exit.ROLLED_BACK, Exit.WAITING)


def strongest(codes: Iterable[Exit], *, changed: bool) -> Exit:
    """The code to exit with. `changed`: something was sent to the tenant, so that what became of it counts first."""
    told = set(codes)
    order = (*_AFTER, *_BEFORE) if changed else (*_BEFORE, *_AFTER)
    return next((code for code in order if code in told), Exit.DONE)
