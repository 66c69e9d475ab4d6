"""Who gets which name when: a name is taken after it was freed.

Where that goes round in a circle, one steps aside under a temporary name and takes its own at the end. Where something
new would have to wait for a deletion, what is to be deleted steps aside: nothing is made behind the pivot, and no
routing rule is switched on there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailform.planning.actions import Make, Remove, Write
from mailform.planning.operations import Operation, Phase, aside
from mailform.planning.verbs import Verb
from mailform.planning.world import identity
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS


def handed_over(
    found: Sequence[Operation], edges: dict[int, set[int]], observed: Mapping[str, Sequence[Observed]], run: str
) -> tuple[Operation, ...]:
    """The renames by which objects step aside; `found` is numbered from 0. `edges` gets, for each operation, the ones
    that have to come before it for the sake of names."""
    takes = _takes(found, observed)
    for taker, giver in takes.items():
        edges[taker].add(giver)
    added: list[Operation] = []
    for number in dict.fromkeys((*_of_circles(takes), *_in_the_way(takes, found, edges))):
        one = found[number]
        if one.current is None:
            continue
        temporary = Write(one.current.id, {KINDS[one.kind].naming: aside(one.current.name, run)})
        first = replace(
            one,
            number=len(found) + len(added),
            verb=Verb.RENAME,
            action=temporary,
            phase=Phase.CUT_OVER,
            needs=frozenset(),
        )
        added.append(first)
        edges[number].add(first.number)
        for taker, giver in takes.items():
            if giver == number:
                edges[taker].discard(number)
                edges[taker].add(first.number)
    return tuple(added)


def _takes(found: Sequence[Operation], observed: Mapping[str, Sequence[Observed]]) -> Mapping[int, int]:
    """Which operation takes the name that another one frees."""
    holders = {(kind, identity(kind, seen.name)): (kind, seen.id) for kind, those in observed.items() for seen in those}
    frees: dict[tuple[str, str], int] = {}
    for one in found:
        if one.current is not None and (_renames(one) or isinstance(one.action, Remove)):
            frees.setdefault((one.kind, one.current.id), one.number)
    takes: dict[int, int] = {}
    for one in found:
        taken = one.attributes.get(KINDS[one.kind].naming)
        if isinstance(taken, str):
            holder = holders.get((one.kind, identity(one.kind, taken)))
            giver = None if holder is None else frees.get(holder)
            if giver is not None and giver != one.number:
                takes[one.number] = giver
    return takes


def _renames(one: Operation) -> bool:
    return isinstance(one.action, Write) and KINDS[one.kind].naming in one.action.attributes


def _of_circles(takes: Mapping[int, int]) -> Iterator[int]:
    """One operation of each circle of takers and givers."""
    seen: set[int] = set()
    for start in takes:
        path: list[int] = []
        current: int | None = start
        while current is not None and current not in seen and current not in path:
            path.append(current)
            current = takes.get(current)
        if current is not None and current in path:
            yield current
        seen.update(path)


def _in_the_way(takes: Mapping[int, int], found: Sequence[Operation], edges: Mapping[int, set[int]]) -> Iterator[int]:
    """The deletions for which something new, or a routing rule to be switched on, would have to wait, since it takes
    or needs a name that comes free after them."""
    urgent = {one.number for one in found if isinstance(one.action, Make) or one.switches_on_routing}
    queue = list(urgent)
    while queue:
        further = edges[queue.pop()] - urgent
        urgent |= further
        queue += further
    for giver in dict.fromkeys(takes.values()):
        if isinstance(found[giver].action, Remove) and any(takes[taker] == giver for taker in takes.keys() & urgent):
            yield giver
