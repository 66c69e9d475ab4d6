"""What every provider has to do, as checks that any of them can be put to: the sandbox, or a tenant kept for tests.

`checks()` is the whole suite; a check gets a provider and raises `Nonconforming` when it doesn't keep the contract.
Each removes what it made, but it does write: never run it over a tenant that people get mail in.
"""

from __future__ import annotations

from mailform_providers.conformance.check import Check, Nonconforming
from mailform_providers.conformance.connectors import CONNECTORS
from mailform_providers.conformance.domains import DOMAINS
from mailform_providers.conformance.round_trips import round_trips
from mailform_providers.conformance.rules import RULES

__all__ = ["Check", "Nonconforming", "checks"]


def checks(*, domains: bool = True) -> tuple[Check, ...]:
    """Every check. Those of `domains` need a tenant where a made-up domain is proven at once."""
    return (*CONNECTORS, *RULES, *round_trips(), *(DOMAINS if domains else ()))
