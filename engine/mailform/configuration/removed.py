"""`[[removed]]`: resources that the state lets go of, while their objects stay as they are."""

from __future__ import annotations

from collections.abc import Iterable

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings
from mailform.configuration.fixed import DestroyShape, RemovedShape
from mailform.configuration.named_resource import named_resource
from mailform.configuration.shapes import shaped
from mailform.wanted import Moved, Removed
from mailform_state.address import Address


def removals(
    blocks: Iterable[Block], declared: Iterable[Address], moved: Iterable[Moved], findings: Findings
) -> tuple[Removed, ...]:
    """All removals, checked. One of a resource that the state hasn't got (any more) is fine: it is done."""
    known, moves = set(declared), tuple(moved)
    found: dict[Address, Removed] = {}
    for block in blocks:
        removed = _removed(block, findings)
        if removed is None:
            continue
        if found.setdefault(removed.origin, removed) is not removed:
            hint = "take one of the blocks out"
            findings.error("duplicate-removal", f"`{removed.origin}` is removed twice", block.value("from"), hint)
        _check(removed, block, known, moves, findings)
    return tuple(found.values())


def _removed(block: Block, findings: Findings) -> Removed | None:
    shape = shaped(RemovedShape, block, findings)
    if shape is None:
        return None
    if shape.lifecycle is not None:
        life = shaped(DestroyShape, block, findings, "lifecycle")
        if life is not None and life.destroy:
            message = "`[[removed]]` lets go of an object and never destroys it"
            hint = "to have the object deleted, take the resource's block out, and this one too"
            findings.error("bad-removal", message, block.value("lifecycle", "destroy"), hint)
    origin = named_resource(shape.origin, block, "from", findings)
    return None if origin is None else Removed(origin, block.position)


def _check(removed: Removed, block: Block, known: set[Address], moves: tuple[Moved, ...], findings: Findings) -> None:
    if any(removed.covers(address) for address in known):
        message = f"`{removed.origin}` is still in the configuration, so it isn't removed"
        findings.error("bad-removal", message, block.value("from"), "take its block out, or this one")
    if any(removed.covers(address) for move in moves for address in (move.origin, move.target)):
        message = f"`{removed.origin}` is moved and removed"
        hint = "a resource goes on under another address, or is let go of; take one of the blocks out"
        findings.error("bad-removal", message, block.value("from"), hint)
