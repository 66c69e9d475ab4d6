"""What can go wrong in the world, one small tree. The user's own mistakes are diagnostics of the engine, not these.

    Failure                      what happened, what was changed, what to do
    ├── Unusable                 a file or store can't be read or written                       (exit 1)
    ├── Damaged                  state, journal or plan isn't what was written                  (exit 9)
    │   └── WrongTenant          right, but of another tenant or lineage                        (exit 9)
    ├── Locked                   somebody else holds the lock, or ours is lost                  (exit 7)
    │   └── Overtaken                somebody else wrote the state since we read it                 (exit 7)
    └── Refused                  the command may not run now (open journal, unresolved things)  (exit 1)

The providers' failures (`mailform_providers.errors`) hang below `Failure` too.
"""

from __future__ import annotations


class Failure(Exception):
    """Something outside Mailform failed. `message` says what, `hint` what to do; both are shown to the user as they
    are (escaped), so they hold no secret and no traceback."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Unusable(Failure):
    """A file or store can't be read or written: absent, not ours, full."""


class Damaged(Failure):
    """State, journal or plan isn't what Mailform wrote: cut, edited, forged, or from a newer version."""


class WrongTenant(Damaged):
    """The state, the sign-in and the configuration don't speak of the same tenant."""


class Locked(Failure):
    """The state is locked by somebody else, or this run's lock was lost."""


class Overtaken(Locked):
    """The state was written by somebody else since it was read, so ours was not: the lock didn't hold."""


class Refused(Failure):
    """The command may not run now; the hint names the one that has to run first."""
