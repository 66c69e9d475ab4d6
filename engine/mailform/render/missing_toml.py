"""The blocks that `plan --generate-config-out` writes: one an object, as it is now."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.configuration.sketch import Sketch
from mailform.render.block_toml import block
from mailform.wanted import Configuration, Resource
from mailform_providers.contract import Observed
from mailform_providers.kinds import OUTBOUND_CONNECTOR
from mailform_state.address import Address


def missing(drawn: Sketch, objects: Mapping[Address, Observed]) -> str:
    """The text of the file. Its rules refer by address to connectors that are written, or are generated with them."""
    named = {**drawn.connectors}
    named |= {seen.name: address for address, seen in objects.items() if address.kind == OUTBOUND_CONNECTOR}
    stand_ins = {address: Resource(address, {"name": name}, drawn.tenant.position) for name, address in named.items()}
    about = Configuration(drawn.tenant, stand_ins)
    return "\n".join(block(address, current, about) for address, current in objects.items())
