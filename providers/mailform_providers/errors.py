"""What a provider raises, below the tree of `mailform_state.errors`.

    Failure
    └── ServiceFailure           the service couldn't be used at all
        ├── ReadFailed           a listing or a look-up failed: never to be taken as "absent"   (exit 1)
        └── NotAllowed           sign-in or permissions: the hint names the role                (exit 1)

A write that fails is no exception but a value (`contract.Rejected`, `contract.Lost`): the engine has to act on it.
"""

from __future__ import annotations

from mailform_state.errors import Failure


class ServiceFailure(Failure):
    """The service couldn't be reached or didn't answer as it should."""


class ReadFailed(ServiceFailure):
    """A listing or look-up failed. Whatever it was about may well exist."""


class NotAllowed(ServiceFailure):
    """The service refused who we are, or what we may do."""
