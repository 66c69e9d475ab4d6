"""`[[moved]]`: resources that have another address than the state knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailform.configuration.blocks import Block
from mailform.configuration.cycles import cycles
from mailform.configuration.findings import Findings, articled
from mailform.configuration.fixed import MovedShape
from mailform.configuration.instances import Instances
from mailform.configuration.named_resource import named_resource
from mailform.configuration.shapes import shaped
from mailform.configuration.undeclared import undeclared
from mailform.wanted import Moved
from mailform_state.address import Address


def moves(blocks: Iterable[Block], known: Instances, findings: Findings) -> tuple[Moved, ...]:
    """All moves, checked. Chains are fine: what has moved may have moved again. From a block to one with `for_each`,
    each instance keeps its key."""
    read = [(block, _moved(block, findings)) for block in blocks]
    found = [(block, one) for block, move in read if move is not None for one in _with_keys(move, known)]
    origins = {move.origin: move for _, move in found}
    targets: dict[Address, Moved] = {}
    for block, move in found:
        _check(block, move, known, origins, findings)
        if targets.setdefault(move.target, move) is not move:
            hint = "two resources can't become one; take one of the blocks out"
            findings.error("duplicate-move", f"two resources are moved to `{move.target}`", block.value("to"), hint)
    for circle in cycles({move.origin: [move.target] for _, move in found}):
        names = " -> ".join(f"`{address}`" for address in (*circle, circle[0]))
        hint = "take the blocks out; the names of objects are swapped by their `name`"
        findings.error("cycle", f"these are moved in a circle: {names}", origins[circle[0]].position, hint)
    return tuple(move for _, move in found)


def _with_keys(move: Moved, known: Instances) -> Iterator[Moved]:
    keys = known.keys.get(move.target)
    if keys is None or move.origin.key is not None:
        yield move
        return
    for key in keys:
        yield replace(move, origin=replace(move.origin, key=key), target=replace(move.target, key=key))


def _moved(block: Block, findings: Findings) -> Moved | None:
    shape = shaped(MovedShape, block, findings)
    if shape is None:
        return None
    origin = named_resource(shape.origin, block, "from", findings)
    target = named_resource(shape.target, block, "to", findings)
    return None if origin is None or target is None else Moved(origin, target, block.position)


def _check(block: Block, move: Moved, known: Instances, origins: dict[Address, Moved], findings: Findings) -> None:
    if move.origin.kind != move.target.kind:
        message = f"{articled(move.origin.kind)} can't become {articled(move.target.kind)}"
        findings.error("bad-move", message, block.value("to"), "both addresses have to be of one kind")
    if move.origin in known.addresses:
        message = f"`{move.origin}` is still in the configuration, so it hasn't moved"
        findings.error("bad-move", message, block.value("from"), "take its block or its key out, or this one")
    unsure = known.keys.get(move.target.block, ()) is None
    if move.target not in known.addresses and move.target not in origins and not unsure:
        findings.extend([undeclared(move.target, block.value("to"), known.keys, known.addresses)])
    if origins[move.origin] is not move:
        findings.error(
            "duplicate-move", f"`{move.origin}` is moved twice", block.value("from"), "take one of the blocks out"
        )
