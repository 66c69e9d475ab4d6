"""The objects that `[[import]]` names and no block describes yet. Reads the tenant, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.configuration.sketch import Sketch
from mailform.diagnostics import Mistakes
from mailform.planning.imports import meant, unclear_object
from mailform.planning.world import World
from mailform_providers.contract import Observed, Provider
from mailform_providers.kinds import KINDS
from mailform_state.address import Address


def undescribed(drawn: Sketch, provider: Provider) -> Mapping[Address, Observed]:
    """The object of each missing block, in the order of kinds and addresses. Raises Mistakes for what the tenant hasn't
    got or what can't be told apart; Failure."""
    asked = sorted(drawn.missing, key=lambda one: (list(KINDS).index(one.target.kind), str(one.target)))
    world = World({kind: provider.read(kind).objects for kind in dict.fromkeys(one.target.kind for one in asked)})
    found = {one.target: meant(one.target, one.id, world.objects[one.target.kind]) for one in asked}
    told = [unclear_object(one.target, one.id, found[one.target], world, one.position) for one in asked]
    mistakes = tuple(one for one in told if one is not None)
    if mistakes:
        raise Mistakes(mistakes)
    return {address: objects[0] for address, objects in found.items()}
