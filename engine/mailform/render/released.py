"""What the state lets go of although its resource has no other step: attributes without a known default."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.planning.steps import Kept, Plan
from mailform_state.address import Address


def released(plan: Plan) -> Iterator[tuple[Address, tuple[str, ...]]]:
    """The released attributes of every resource that is otherwise kept. Those of an update carry `Note.RELEASED`."""
    if plan.refresh_only:
        return
    for kept in plan.kept:
        names = _released(kept)
        if names:
            yield kept.address, names


def _released(kept: Kept) -> tuple[str, ...]:
    if kept.refreshed is None:
        return ()
    return tuple(name for name in kept.recorded.attributes if name not in kept.refreshed.attributes)
