"""What `--target` reaches: the targets and what they depend on; when destroying, what depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mailform.wanted import Wanted
from mailform_state.address import Address
from mailform_state.values import State

if TYPE_CHECKING:
    from mailform.planning.plan import Options


def spread(options: Options, known: Iterable[Address]) -> Options:
    """The options with all instances of a block in the place of its bare address. `known`: every address there is."""
    told = sorted(known)
    return replace(
        options,
        targets=tuple(
            dict.fromkeys(
                one
                for target in options.targets
                for one in ([found for found in told if target in (found, found.block)] or [target])
            )
        ),
    )


def reach(options: Options, wanted: Mapping[Address, Wanted], state: State) -> frozenset[Address] | None:
    """The addresses that a plan looks at; None for all of them."""
    if not options.targets:
        return None
    needs = {address: set(known.dependencies) for address, known in state.resources.items()}
    for address, resource in wanted.items():
        needs.setdefault(address, set()).update(resource.dependencies)
    if options.destroy:
        needs = {address: {other for other, of in needs.items() if address in of} for address in needs}
    reached: set[Address] = set()
    queue = list(options.targets)
    while queue:
        address = queue.pop()
        if address not in reached:
            reached.add(address)
            queue.extend(needs.get(address, ()))
    return frozenset(reached)
