"""What goes together within one resource. Each check is a small function from a draft to what is wrong with it.

`routing` has what concerns two resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mailform.configuration.addresses import is_range
from mailform.configuration.connector_couplings import DOMAIN_COUPLINGS, INBOUND_COUPLINGS, OUTBOUND_COUPLINGS
from mailform.configuration.draft import Draft
from mailform.configuration.rule_couplings import RULE_COUPLINGS
from mailform.diagnostics import Diagnostic
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Form

_COUPLINGS: Mapping[str, tuple[Callable[[Draft], Iterator[Diagnostic]], ...]] = {
    OUTBOUND_CONNECTOR: OUTBOUND_COUPLINGS,
    INBOUND_CONNECTOR: INBOUND_COUPLINGS,
    TRANSPORT_RULE: RULE_COUPLINGS,
    ACCEPTED_DOMAIN: DOMAIN_COUPLINGS,
}


def couplings(draft: Draft) -> Iterator[Diagnostic]:
    """Everything that doesn't go together in one resource, and what is risky about it."""
    yield from _address_ranges(draft)
    for check in _COUPLINGS[draft.address.kind]:
        yield from check(draft)


def _address_ranges(draft: Draft) -> Iterator[Diagnostic]:
    for name in draft.values:
        if KINDS[draft.address.kind].attributes[name].form is Form.IP and name != "sender_ip_addresses":
            for text in draft.texts(name):
                if not is_range(text):
                    hint = "write an address, a network (192.0.2.0/24) or a range (192.0.2.1-192.0.2.9)"
                    yield draft.error("bad-address", f"`{name}` can't have {draft.shown(name, text)}", name, hint)
