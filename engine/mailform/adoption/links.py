"""Which names are better said by reference: a connector that a rule routes to, a domain that a connector names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailform.spelling import referring
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, OUTBOUND_CONNECTOR
from mailform_providers.kinds.schema import Attribute, Form
from mailform_providers.normal import domain
from mailform_state.address import Address

_DOMAINS = ("tls_sender_certificate_name", "associated_accepted_domains")
"""The attributes that name accepted domains of the tenant's own."""


@dataclass(frozen=True, slots=True)
class Links:
    """The resources that may be referred to: connectors by every spelling of theirs, domains by their name."""

    connectors: Mapping[str, Address] = field(default_factory=dict)
    domains: Mapping[str, Address] = field(default_factory=dict)

    @classmethod
    def to(cls, resources: Iterable[tuple[Address, Observed]]) -> Links:
        """Links to these resources, by the objects that they are."""
        connectors: dict[str, Address] = {}
        domains: dict[str, Address] = {}
        for address, seen in resources:
            if seen.kind == OUTBOUND_CONNECTOR:
                spellings = (seen.distinguished_name, seen.id, seen.name)
                connectors |= {spelling.casefold(): address for spelling in spellings if spelling}
            elif seen.kind == ACCEPTED_DOMAIN:
                domains[domain(seen.name)] = address
        return cls(connectors, domains)

    def reference(self, attribute: Attribute, text: str) -> str | None:
        """`${…}` for this value of an attribute; None where nothing of that name may be referred to."""
        if attribute.form is Form.CONNECTOR and (found := self.connectors.get(text.strip().casefold())) is not None:
            return referring(found, "name")
        if attribute.name in _DOMAINS and (found := self.domains.get(domain(text))) is not None:
            return referring(found, "domain")
        return None
