"""What an adoption stands on: the rest of the configuration, the state, and the tenant as it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailform.adoption.block import Chosen
from mailform.adoption.document import sorted_for_reading
from mailform.adoption.links import Links
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.planning.records import taken_over
from mailform.planning.world import World
from mailform.wanted import Configuration, resolve
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Ground:
    """`file` is to be written beside `sources`, which make `configuration`."""

    file: str
    sources: Mapping[str, bytes]
    inputs: VariableInputs
    configuration: Configuration
    state: State
    world: World

    def with_file(self, text: str) -> Configuration:
        """The configuration as it will be. Raises Mistakes."""
        return parse({**self.sources, self.file: text.encode("utf-8")}, self.inputs)

    def recording(self, chosen: Sequence[Chosen], configuration: Configuration) -> State:
        """The state in which the objects are recorded as they are shown."""
        wanted = resolve(configuration, {})
        new = {one.address: taken_over(wanted[one.address], one.seen) for one in chosen}
        taken = {(one.seen.kind, one.seen.id) for one in chosen}
        left = tuple(found for found in self.state.unresolved if (found.kind, found.id) not in taken)
        return replace(self.state, unresolved=left, resources={**self.state.resources, **new})

    def links(self, chosen: Sequence[Chosen]) -> Links:
        """What the new blocks may refer to: each other, and what is managed already."""
        return Links.to([*self._managed(), *((one.address, one.seen) for one in chosen)])

    def order(self, chosen: Sequence[Chosen]) -> tuple[Address, ...]:
        """The rules that have an address, in today's order."""
        rules = [Chosen(address, seen) for address, seen in self._managed()] + list(chosen)
        ordered = sorted_for_reading(one for one in rules if one.seen.kind == TRANSPORT_RULE)
        return tuple(one.address for one in ordered)

    def _managed(self) -> list[tuple[Address, Observed]]:
        """What the configuration and the state both have, as the tenant has it."""
        found = []
        for address, known in self.state.resources.items():
            resource = self.configuration.resources.get(address)
            seen = self.world.find(known.kind, known.id)
            plain = resource is not None and KINDS[known.kind].naming in resource.attributes
            if seen is not None and plain and address.key is None and not address.module:
                found.append((address, seen))
        return found
