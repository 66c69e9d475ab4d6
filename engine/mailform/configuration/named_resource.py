"""Addresses in blocks that speak of resources, with keys or without: `from` and `to` of `[[moved]]`, `to` of
`[[import]]`, `from` of `[[removed]]`."""

from __future__ import annotations

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, did_you_mean, shown
from mailform_providers.kinds import KINDS
from mailform_state.address import Address


def named_resource(text: str, block: Block, key: str, findings: Findings) -> Address | None:
    """The address that a block has under `key`, as `text`; None, and a mistake, when nothing can have it."""
    try:
        address = Address.parse(text)
    except ValueError:
        findings.error("bad-address", f"{shown(text)} is no address", block.value(key), "write kind.name")
        return None
    if address.kind not in KINDS or address.module:
        hint = did_you_mean(address.kind, KINDS, f"the kinds are {', '.join(KINDS)}")
        findings.error("bad-address", f"{shown(text)} is no address of this version", block.value(key), hint)
        return None
    return address
