"""What an earlier apply retired and couldn't delete yet, when it is wanted again: it is taken back, not made anew.

Two of a kind would want one name, and a connector's name doesn't come free while the rule that is left over with it
still routes there: an apply that made new ones could only fail, each time again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailform.planning.compare import Comparison
from mailform.planning.world import World
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR
from mailform_state.address import Address
from mailform_state.values import State


def wanted_again(
    wanted: Mapping[Address, Wanted], state: State, world: World, renewed: Collection[Address]
) -> Mapping[Address, Observed]:
    """The retired objects whose addresses are wanted and have no object, by address; without those that would have to
    be made anew all the same, and without domains, which anybody who names them adopts."""
    found: dict[Address, Observed] = {}
    for entry in state.pending_delete:
        resource, held = wanted.get(entry.address), state.resources.get(entry.address)
        if resource is None or entry.kind == ACCEPTED_DOMAIN or entry.address in renewed:
            continue
        if held is not None and world.find(held.kind, held.id) is not None:
            continue
        current = world.find(entry.kind, entry.id)
        if current is not None and current.unsupported is None and not fixed(resource, current, world):
            found[entry.address] = current
    return found


def fixed(wanted: Wanted, current: Observed, world: World) -> tuple[str, ...]:
    """The attributes in which an object differs from what is wanted, and that no update can change while it is there:
    the name of an outbound connector among them as long as a rule routes to it."""
    kind = KINDS[wanted.kind]
    changes = Comparison(kind, world.directory, world.directory).changes(wanted, None, current)
    named = [found.attribute for found in changes]
    routed = wanted.kind == OUTBOUND_CONNECTOR and bool(world.routing_to(current.id))
    return tuple(
        name
        for name in named
        if (name in kind.attributes and not kind.attributes[name].update) or (routed and name == kind.naming)
    )
