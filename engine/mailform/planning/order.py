"""The rules' order is one list, not an attribute of n rules.

`arrange` says what the order is to be, `unmoved` which rules can stay where they are so that the fewest move. Only
rules that say something of their place are ever moved; all others are *fixed* and keep their order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from mailform.wanted import After, At, Before, Place, Priority


class Contradiction(Exception):
    """The places can't all be had, because rules that never move stand the other way round. Names the rules."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first = first
        self.second = second


@dataclass(frozen=True, slots=True)
class Seat:
    """One rule of the arrangement: `token` names it (a GUID, or the address of a rule still to be made); its places
    as the tokens they refer to. `new` rules stand nowhere yet."""

    token: str
    number: int | None = None
    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    new: bool = False
    order: int = 0

    @property
    def fixed(self) -> bool:
        return not self.new and self.number is None and not self.after and not self.before


LAST = 1 << 30
"""`at = "last"` as a number: beyond every end."""


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
    closure = _closure(seats)
    free = [token for token in current if seats[token].number is None]
    staying = _largest_agreement(free, seats, closure)
    sequence = [token for token in free if token in staying]
    newcomers = [found for found in seats.values() if found.new and found.number is None]
    returning = [seats[token] for token in free if token not in staying]
    sequence = _insert(sequence, [*returning, *sorted(newcomers, key=lambda found: found.order)], seats, closure)
    numbered = [found for found in seats.values() if found.number is not None]
    return _settle(sequence, numbered, seats, closure)


def unmoved(current: Sequence[str], target: Sequence[str], fixed: frozenset[str]) -> frozenset[str]:
    """Those of `current` that need not move to reach `target`: the longest increasing subsequence that keeps every
    fixed rule. `target` must keep the fixed ones in their order."""
    goal = {token: place for place, token in enumerate(target)}
    present = [token for token in current if token in goal]
    places = [goal[token] for token in present]
    kept = [token in fixed for token in present]
    agreeing = [
        (token, place)
        for index, (token, place) in enumerate(zip(present, places, strict=True))
        if kept[index]
        or not any(
            kept[other] and ((places[other] < place) != (other < index))
            for other in range(len(present))
            if other != index
        )
    ]
    return frozenset(_longest_increasing(agreeing))


def _longest_increasing(entries: Sequence[tuple[str, int]]) -> list[str]:
    """Patience sorting with links back. Every fixed rule is comparable with all that is left, so it is never lost."""
    tails: list[int] = []
    tail_index: list[int] = []
    previous: list[int | None] = []
    for index, (_, place) in enumerate(entries):
        pile = bisect_left(tails, place)
        previous.append(tail_index[pile - 1] if pile else None)
        tails[pile : pile + 1] = [place]
        tail_index[pile : pile + 1] = [index]
    chain: list[str] = []
    link = tail_index[-1] if tail_index else None
    while link is not None:
        chain.append(entries[link][0])
        link = previous[link]
    return chain[::-1]


def _closure(seats: Mapping[str, Seat]) -> Mapping[str, frozenset[str]]:
    """Of each rule, all that have to stand before it, directly or through others."""
    before: dict[str, set[str]] = {token: set(found.after) for token, found in seats.items()}
    for token, found in seats.items():
        for other in found.before:
            before[other].add(token)
    done: dict[str, frozenset[str]] = {}

    def ancestors(token: str) -> frozenset[str]:
        if token not in done:
            done[token] = frozenset()  # a cycle is a mistake that validation has found already
            done[token] = frozenset(before[token]).union(*(ancestors(other) for other in before[token]))
        return done[token]

    return {token: ancestors(token) for token in seats}


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


def _settle(
    sequence: list[str], numbered: Sequence[Seat], seats: Mapping[str, Seat], closure: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Deals the numbered rules to their numbers and the others, in order, to the places that are left. Where a number
    would put a rule on the wrong side of another, the first of the sequence that still leaves room for all goes there.
    """
    total = len(sequence) + len(numbered)
    slots = _slots(numbered, total)
    where = {token: place for place, token in slots.items()}
    for second, place in where.items():
        for first in closure[second]:
            if where.get(first, -1) > place:
                raise Contradiction(first, second)
    windows = _windows(sequence, where, seats, closure, total)
    dealt: list[str] = []
    rest = list(sequence)
    free = [place for place in range(total) if place not in slots]
    for index, place in enumerate(free):
        chosen = next((token for token in rest if _leaves_room(token, rest, free[index:], windows)), None)
        if chosen is None:
            raise Contradiction(*_crowded(rest[0], where, windows, place))
        rest.remove(chosen)
        dealt.append(chosen)
    remaining = iter(dealt)
    return tuple(slots[place] if place in slots else next(remaining) for place in range(total))


@dataclass(frozen=True, slots=True)
class Window:
    """Between which places a rule has to stand, given the numbers of others; `ahead` must all stand before it."""

    first: int
    last: int
    ahead: frozenset[str]


def _windows(
    sequence: Sequence[str],
    where: Mapping[str, int],
    seats: Mapping[str, Seat],
    closure: Mapping[str, frozenset[str]],
    total: int,
) -> Mapping[str, Window]:
    """The window of every rule without a number. The fixed ones also follow each other."""
    ahead: dict[str, set[str]] = {token: {o for o in closure[token] if o not in where} for token in sequence}
    fixed = [token for token in sequence if seats[token].fixed]
    for former, latter in pairwise(fixed):
        ahead[latter].add(former)
    first = {token: max((where[o] + 1 for o in closure[token] if o in where), default=0) for token in sequence}
    last = {
        token: min((place - 1 for o, place in where.items() if token in closure[o]), default=total - 1)
        for token in sequence
    }
    order = list(TopologicalSorter(ahead).static_order())
    for token in order:
        first[token] = max([first[token], *(first[other] + 1 for other in ahead[token])])
    for token in reversed(order):
        for other in ahead[token]:
            last[other] = min(last[other], last[token] - 1)
    return {token: Window(first[token], last[token], frozenset(ahead[token])) for token in sequence}


def _leaves_room(token: str, rest: Sequence[str], free: Sequence[int], windows: Mapping[str, Window]) -> bool:
    """Whether a rule may stand at the first free place, and all others still find one: the earliest last place first
    finds a way whenever there is one."""
    window = windows[token]
    if not window.first <= free[0] <= window.last or window.ahead.intersection(rest):
        return False
    waiting = sorted((other for other in rest if other != token), key=lambda other: windows[other].last)
    for place in free[1:]:
        fitting = next((o for o in waiting if windows[o].first <= place), None)
        if fitting is None or windows[fitting].last < place:
            return False
        waiting.remove(fitting)
    return True


def _crowded(token: str, where: Mapping[str, int], windows: Mapping[str, Window], place: int) -> tuple[str, str]:
    """Two rules that can't both have their places: one that finds no room, and the numbered one nearest to it."""
    nearest = min(where, key=lambda other: abs(where[other] - place), default=token)
    tight = next((other for other, window in windows.items() if window.first > window.last), token)
    return tight, nearest


def _slots(numbered: Sequence[Seat], total: int) -> dict[int, str]:
    """Each numbered rule's index; what lies beyond the end is last, in the order of the numbers."""
    slots: dict[int, str] = {}
    limit = total - 1
    for found in sorted(numbered, key=lambda entry: (entry.number or 0, entry.order), reverse=True):
        place = min(found.number or 0, limit)
        slots[place] = found.token
        limit = place - 1
    return slots
