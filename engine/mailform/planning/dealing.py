"""Dealing rules to places: the numbered ones to their numbers, the others in order to what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from mailform.planning.seats import Contradiction, Seat


def deal(
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
