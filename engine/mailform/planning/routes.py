"""Rules and the connectors that they route to: what a plan may not take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailform.diagnostics import Diagnostic
from mailform.planning import complaints
from mailform.planning.steps import Delete, Replace, Step
from mailform.planning.world import ROUTE
from mailform.wanted import Wanted
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_providers.normal import Directory
from mailform_state.address import Address


def lost_routes(
    steps: Iterable[Step], wanted: Mapping[Address, Wanted], connectors: Directory
) -> tuple[Diagnostic, ...]:
    """The rules that are to route to a connector which goes: by a name or GUID, since a reference would follow it.
    `connectors` are as they are now; that another one is to have the name doesn't help, since rules hold on to it."""
    going = {
        step.current.id: step
        for step in steps
        if isinstance(step, Delete | Replace) and step.address.kind == OUTBOUND_CONNECTOR
    }
    return tuple(
        complaints.lost_route(rule, going[connectors(route)].address, route)
        for rule in wanted.values()
        if isinstance(route := rule.expressions.get(ROUTE), str) and connectors(route) in going
    )
