"""A configuration read beside the tenant: each drifted resource as its block writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailform.adoption.links import Links
from mailform.adoption.saying import Written
from mailform.configuration.documents import Document, document
from mailform.planning.compare import Comparison
from mailform.planning.published import facts
from mailform.planning.routes import connectors_to_be
from mailform.planning.steps import Drift
from mailform.planning.world import World
from mailform.wanted import Configuration, Wanted, resolve
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS
from mailform_providers.normal import Directory
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Reading:
    """`data` is each file's TOML, by its name. `to_be` knows the connectors by the names that are wanted."""

    configuration: Configuration
    data: Mapping[str, Mapping[str, object]]
    wanted: Mapping[Address, Wanted]
    to_be: Directory
    links: Links
    state: State
    world: World

    @classmethod
    def of(cls, configuration: Configuration, sources: Mapping[str, bytes], state: State, world: World) -> Reading:
        """The reading of these files, which make `configuration`."""
        wanted = resolve(configuration, facts(state, world, frozenset(), {}))
        parsed = [document(name, content) for name, content in sources.items()]
        return cls(
            configuration=configuration,
            data={one.name: one.data for one in parsed if isinstance(one, Document)},
            wanted=wanted,
            to_be=connectors_to_be(world, dict(wanted), dict(state.resources), frozenset(), {}),
            links=Links.to(_managed(configuration, state, world)),
            state=state,
            world=world,
        )

    def written(self, found: Drift) -> Written:
        """The resource that drifted. It is in the configuration and in the tenant."""
        address = found.address
        resource = self.configuration.resources[address]
        current = self.world.find(address.kind, found.id)
        assert current is not None, "what is gone has no differences"
        comparison = Comparison(KINDS[address.kind], self.world.directory, self.to_be)
        data = block_of(self.data[resource.position.file], address)
        return Written(
            resource, data, self.wanted[address], self.state.resources[address], current, comparison, self.links
        )


def block_of(data: Mapping[str, object], address: Address) -> Mapping[str, object]:
    """The block of a resource in a file's TOML; with `for_each`, that of all keys."""
    kind = data.get(address.kind)
    block = kind.get(address.name) if isinstance(kind, Mapping) else None
    return block if isinstance(block, Mapping) else {}


def _managed(configuration: Configuration, state: State, world: World) -> Iterator[tuple[Address, Observed]]:
    """What a block may refer to: what the configuration, the state and the tenant all have, and names."""
    for address, known in sorted(state.resources.items()):
        resource = configuration.resources.get(address)
        seen = world.find(known.kind, known.id)
        if seen is not None and resource is not None and KINDS[known.kind].naming in resource.attributes:
            yield address, seen
