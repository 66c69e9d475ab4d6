"""What earlier runs left unresolved on purpose: it is told with every plan until the tenant or the state settles it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mailform.diagnostics import Diagnostic, Severity
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import State, Unresolved


def settled(
    state: State, wanted: Collection[Address], observed: Mapping[str, Sequence[Observed]]
) -> tuple[Unresolved, ...]:
    """What is unresolved no longer, once the plan made from these is carried out: the object is gone, or it is the one
    that the configuration and the state have at that address."""
    return tuple(left for left in state.unresolved if _is_settled(left, state, wanted, observed))


def _is_settled(
    left: Unresolved, state: State, wanted: Collection[Address], observed: Mapping[str, Sequence[Observed]]
) -> bool:
    if left.id is not None and left.kind in observed and all(one.id != left.id for one in observed[left.kind]):
        return True
    known = state.resources.get(left.address)
    return known is not None and known.id == left.id and left.address in wanted


def reminders(
    state: State, wanted: Collection[Address], observed: Mapping[str, Sequence[Observed]]
) -> Iterator[Diagnostic]:
    """A warning for each of the others."""
    gone = settled(state, wanted, observed)
    for left in (one for one in state.unresolved if one not in gone):
        object = f" ({left.id})" if left.id else ""
        yield Diagnostic(
            "unresolved",
            f"an earlier run left {left.address}{object} unresolved: {left.detail}",
            None,
            "Look at it in the tenant; then import it, or remove it there",
            severity=Severity.WARNING,
        )
