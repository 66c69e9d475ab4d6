"""In which waves operations run. A wave's intents are one durable write; nothing in it needs anything else in it.

Within a wave, rules are written one after the other in the wanted order, since each write shifts the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from mailform.planning.actions import Place
from mailform.planning.operations import Operation, Phase, operations
from mailform.planning.ordering import ordered
from mailform.planning.steps import Plan
from mailform.planning.verbs import Verb
from mailform.planning.world import ROUTE
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import State

_MAKING = {ACCEPTED_DOMAIN: 0, OUTBOUND_CONNECTOR: 1, INBOUND_CONNECTOR: 1, TRANSPORT_RULE: 2}
_RETIRING = {TRANSPORT_RULE: 0, INBOUND_CONNECTOR: 2, OUTBOUND_CONNECTOR: 3, ACCEPTED_DOMAIN: 4}
_LAST = 9


@dataclass(frozen=True, slots=True)
class Schedule:
    """The waves before and after the pivot."""

    forward: tuple[tuple[Operation, ...], ...]
    cleanup: tuple[tuple[Operation, ...], ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(one for wave in (*self.forward, *self.cleanup) for one in wave)


def schedule(plan: Plan, state: State, run: str) -> Schedule:
    """The waves of a plan. Raises graphlib.CycleError when no order satisfies every dependency."""
    places = {token: index for index, token in enumerate(plan.rules_after)}
    found = {one.number: one for one in ordered(operations(plan, run), plan, state, run)}
    sorter = TopologicalSorter({number: one.needs for number, one in found.items()})
    sorter.prepare()
    waves: list[tuple[Operation, ...]] = []
    ready: set[int] = set()
    while sorter.is_active():
        ready |= set(sorter.get_ready())
        first = min(_rank(found[number]) for number in ready)
        wave = [found[number] for number in ready if _rank(found[number]) == first]
        waves.append(tuple(sorted(wave, key=lambda one: (_place(one, places), str(one.address), one.number))))
        ready -= {one.number for one in wave}
        sorter.done(*(one.number for one in wave))
    return Schedule(
        tuple(wave for wave in waves if wave[0].phase is not Phase.CLEAN_UP),
        tuple(wave for wave in waves if wave[0].phase is Phase.CLEAN_UP),
    )


def _rank(one: Operation) -> tuple[int, int]:
    """When an operation likes to run: its phase, then its kind; what switches routing on comes last of its phase."""
    if one.phase is Phase.STAGE:
        return (one.phase, _MAKING[one.kind])
    if one.phase is Phase.CUT_OVER:
        routes = one.wanted is not None and one.wanted.attributes.get(ROUTE) not in (None, "")
        return (one.phase, _LAST if routes and not isinstance(one.action, Place) else _MAKING[one.kind])
    routing = one.phase is Phase.RETIRE and one.current is not None and bool(one.current.attributes.get(ROUTE))
    return (one.phase, -1 if routing else _RETIRING[one.kind])


def _place(one: Operation, places: Mapping[str, int]) -> int:
    """Rules in the wanted order; everything else has no place."""
    if one.kind != TRANSPORT_RULE:
        return 0
    id = one.current.id if one.current is not None and one.verb is not Verb.CREATE else ""
    target = one.action.target if isinstance(one.action, Place) else id
    return places.get(str(target), places.get(str(one.address), len(places)))
