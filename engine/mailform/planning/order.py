"""The rules' order is one list, not an attribute of n rules.

`arrange` says what the order is to be; `staying` which rules need not move for it, `dealing` deals the numbers,
`fewer_moves` looks for an order that is nearer to today's. Only rules that say something of their place are ever moved;
all others are *fixed* and keep their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import chain, pairwise, product

from mailform.planning.dealing import deal
from mailform.planning.fewer_moves import with_fewer_moves
from mailform.planning.seats import LAST, Contradiction, Seat
from mailform.wanted import After, At, Before, Place, Priority


def seat(token: str, places: Iterable[Place], tokens: Mapping[object, str], *, new: bool, order: int) -> Seat:
    """The seat of a rule with these places; a place that refers to a rule without a token (untargeted) counts not."""
    number, after, before = None, set[str](), set[str]()
    for place in places:
        match place:
            case Priority(wanted):
                number = wanted
            case At(end):
                number = 0 if end == "first" else LAST
            case After(rules):
                after |= {tokens[rule] for rule in rules if rule in tokens}
            case Before(rules):
                before |= {tokens[rule] for rule in rules if rule in tokens}
    return Seat(token, number, frozenset(after), frozenset(before), new, order)


def arrange(current: Sequence[str], seats: Mapping[str, Seat]) -> tuple[str, ...]:
    """What the order is to be: `current` are the rules that stay, in today's order; `seats` has those and the new ones.

    Raises Contradiction. Rules without a place keep their order; new ones without a place come last.
    """
    closure = _closure(seats, ())
    free = [token for token in current if seats[token].number is None]
    found = _settled(_largest_agreement(free, seats, closure), current, seats, closure)

    named = {other for one in seats.values() for other in (*one.after, *one.before)}
    last = [token for token, one in seats.items() if one.placeless and one.new and token not in named]

    def keeping(kept: Sequence[str]) -> tuple[str, ...]:
        return _settled(kept, current, seats, _closure(seats, chain(pairwise(kept), product(free, last))))

    return with_fewer_moves(found, current, seats, closure, keeping)


def _settled(
    staying: Collection[str],
    current: Sequence[str],
    seats: Mapping[str, Seat],
    closure: Mapping[str, frozenset[str]],
) -> tuple[str, ...]:
    """An order that `closure` allows: the others are put around the rules that stay, and the numbers are dealt."""
    free = [token for token in current if seats[token].number is None]
    sequence = [token for token in free if token in staying]
    newcomers = [found for found in seats.values() if found.new and found.number is None]
    returning = [seats[token] for token in free if token not in staying]
    sequence = _insert(sequence, [*returning, *sorted(newcomers, key=lambda found: found.order)], seats, closure)
    numbered = [found for found in seats.values() if found.number is not None]
    return deal(sequence, numbered, seats, closure)


def _closure(seats: Mapping[str, Seat], kept: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Of each rule, all that have to stand before it, directly or through others; of the pairs in `kept`, the former
    before the latter too."""
    before: dict[str, set[str]] = {token: set(found.after) for token, found in seats.items()}
    for token, found in seats.items():
        for other in found.before:
            before[other].add(token)
    for former, latter in kept:
        before[latter].add(former)
    done: dict[str, frozenset[str]] = {}
    for token in TopologicalSorter(before).static_order():  # a cycle is a mistake that validation has found already
        done[token] = frozenset(before[token]).union(*(done[other] for other in before[token]))
    return done


def _largest_agreement(
    free: Sequence[str], seats: Mapping[str, Seat], closure: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """The most rules that can stay: inverted pairs are a partial order of their own, so the largest set without one is
    an antichain, found (Dilworth, König) by matching in a bipartite graph."""
    position = {token: place for place, token in enumerate(free)}
    inverted = {
        token: [other for other in free if token in closure[other] and position[other] < position[token]]
        for token in free
    }
    fixed = {token for token in free if seats[token].fixed}
    for token in fixed:
        for other in inverted[token]:
            if other in fixed:
                raise Contradiction(token, other)
    conflicted = {other for token in fixed for other in inverted[token]} | {
        token for token in free if fixed.intersection(inverted[token])
    }
    movable = [token for token in free if token not in conflicted and token not in fixed]
    return (
        frozenset(_antichain(movable, {token: [o for o in inverted[token] if o in movable] for token in movable}))
        | fixed
    )


def _antichain(tokens: Sequence[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    matched: dict[str, str] = {}

    def augment(token: str, seen: set[str]) -> bool:
        """One level deeper for each rule on the way at most, so no more than a tenant has rules."""
        for other in edges[token]:
            if other not in seen:
                seen.add(other)
                if other not in matched or augment(matched[other], seen):
                    matched[other] = token
                    return True
        return False

    for token in tokens:
        augment(token, set())
    left = set(tokens) - set(matched.values())
    right: set[str] = set()
    queue = list(left)
    while queue:
        for other in edges[queue.pop()]:
            if other not in right:
                right.add(other)
                source = matched[other]
                if source not in left:
                    left.add(source)
                    queue.append(source)
    return {token for token in tokens if token in left and token not in right}


def _insert(
    sequence: list[str], arriving: Sequence[Seat], seats: Mapping[str, Seat], closure: Mapping[str, frozenset[str]]
) -> list[str]:
    """Puts each arriving rule directly behind what it has to follow, or before what it has to precede."""
    waiting = sorted(arriving, key=lambda found: (len(closure[found.token]), found.order))
    unanchored = [found.token for found in waiting if not found.after and not found.before]
    for found in waiting:
        if found.token in unanchored and not any(found.token in closure[token] for token in sequence):
            continue
        lowest = max((place + 1 for place, token in enumerate(sequence) if token in closure[found.token]), default=0)
        later = (place for place, token in enumerate(sequence) if found.token in closure[token])
        highest = min(later, default=len(sequence))
        if highest < lowest:
            raise Contradiction(sequence[lowest - 1], sequence[highest])
        place = lowest if found.after else highest
        if found.after:
            # several rules behind the same one keep the configuration's order among themselves
            while place < highest and _follows_too(seats[sequence[place]], found):
                place += 1
        sequence.insert(place, found.token)
    return sequence + [token for token in unanchored if token not in sequence]


def _follows_too(neighbour: Seat, found: Seat) -> bool:
    return neighbour.new and bool(neighbour.after & found.after) and neighbour.order < found.order
