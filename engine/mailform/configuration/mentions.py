"""Addresses that a block mentions, in `depends_on` and `order`, and the resources that they stand for."""

from __future__ import annotations

from mailform.configuration.findings import Findings
from mailform.configuration.holes import instance
from mailform.configuration.instances import Instances
from mailform.configuration.references import Malformed, resource_named
from mailform.configuration.scope import Scope
from mailform.configuration.undeclared import undeclared
from mailform.diagnostics import Position
from mailform_state.address import Address


def mentioned(
    text: object, known: Instances, scope: Scope, at: Position, findings: Findings, kind: str | None = None
) -> tuple[Address, ...] | None:
    """The resources at an address: the one with its key, or all that a block with `for_each` gives. None: it is no
    address (of the `kind`), which is for the caller to say; that there is nothing at it is said here."""
    try:
        named = resource_named(text) if isinstance(text, str) else None
    except Malformed:
        return None
    if named is None or kind not in (None, named.block.kind):
        return None
    address = instance(named, str(text), at, scope, findings)
    if address is None or known.keys.get(address.block, ()) is None:
        return ()
    keys = known.keys.get(address)
    if keys is not None:
        return tuple(Address(address.kind, address.name, key) for key in keys)
    if address not in known.addresses:
        findings.extend([undeclared(address, at, known.keys, known.addresses)])
        return ()
    return (address,)
