"""Rules and the connectors that they route to: which one a name will stand for, and what may not be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailform.diagnostics import Diagnostic
from mailform.planning import complaints
from mailform.planning.steps import Delete, Replace, Step
from mailform.planning.world import ROUTE, World
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_providers.normal import Directory
from mailform_state.address import Address
from mailform_state.values import Recorded


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


def connectors_to_be(
    world: World,
    wanted: dict[Address, Wanted],
    recorded: dict[Address, Recorded],
    replaced: frozenset[Address],
    adopted: Mapping[Address, Observed],
) -> Directory:
    """Which object each connector's wanted name will stand for; one still to be made stands for its address."""
    names: dict[str, str] = {}
    for address, resource in wanted.items():
        name = resource.attributes.get("name")
        if address.kind == OUTBOUND_CONNECTOR and isinstance(name, str):
            if address in adopted:
                names[name] = adopted[address].id
                continue
            known = recorded.get(address)
            stays = known is not None and address not in replaced and world.find(known.kind, known.id) is not None
            names[name] = known.id if stays and known is not None else f"new:{address}"
    return world.directory.overlaid(names)
