"""An object of the tenant as the block that would describe it: what `import` gives people to paste."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.adoption.block import Chosen
from mailform.adoption.block import block as written
from mailform.adoption.links import Links
from mailform.wanted import Configuration
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR
from mailform_state.address import Address


def block(address: Address, seen: Observed, configuration: Configuration) -> str:
    """The TOML of a resource that would be planned without a change. `configuration` says which resources it may refer
    to by address."""
    return written(Chosen(address, seen), Links.to(_named(configuration)))


def _named(configuration: Configuration) -> Iterator[tuple[Address, Observed]]:
    """The resources that are referred to by name, under the names that are written."""
    for address, resource in sorted(configuration.resources.items()):
        name = resource.attributes.get(KINDS[address.kind].naming)
        if address.kind in (OUTBOUND_CONNECTOR, ACCEPTED_DOMAIN) and isinstance(name, str):
            yield address, Observed(address.kind, "", name, {})
