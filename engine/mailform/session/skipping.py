"""Leaving on purpose what a run did at an address: it is written down, the state tells of it, and life goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailform.diagnostics import Diagnostic, Mistakes
from mailform.session.forward import others
from mailform_state.address import Address
from mailform_state.changes import Forget, Leave
from mailform_state.journal import Entry, Intent, Result, Skip
from mailform_state.values import State, Unresolved


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided to leave as it is, and why."""

    addresses: tuple[Address, ...]
    reason: str


def skip(decision: Decision, base: State, told: Sequence[Entry]) -> tuple[Skip, ...]:
    """The entries that say so. Raises Mistakes for an address that the run has nothing to do with."""
    intents = [entry for entry in told if isinstance(entry, Intent)]
    known = {intent.address for intent in intents}
    strangers = [address for address in decision.addresses if address not in known]
    if strangers:
        hint = f"the run wrote to: {', '.join(map(str, sorted(known))) or 'nothing'}"
        found = (Diagnostic("unknown-address", f"the open run wrote nothing to {one}", None, hint) for one in strangers)
        raise Mistakes(tuple(found))
    return tuple(_skip(address, decision.reason, intents, base, told) for address in decision.addresses)


def _skip(address: Address, reason: str, intents: Sequence[Intent], base: State, told: Sequence[Entry]) -> Skip:
    steps = {intent.step for intent in intents if intent.address == address}
    ids = [entry.id for entry in told if isinstance(entry, Result) and entry.step in steps and entry.id]
    ids += [intent.id for intent in intents if intent.address == address and intent.id]
    id = ids[-1] if ids else None
    forget = () if id is None else tuple(Forget(other) for other in others(base, address, id))
    return Skip(address, reason, (Leave(Unresolved(address, address.kind, id, reason)), *forget))
