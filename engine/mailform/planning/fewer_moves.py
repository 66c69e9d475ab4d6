"""Numbers among the rules' places: which other rule it is best to move can depend on them.

Where rules only follow one another, `order` finds the most that can stay. A number makes every rule count that stands
ahead of it, and then another choice may do with a move less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, islice

from mailform.planning.seats import Contradiction, Seat
from mailform.planning.staying import unmoved

_STEPS = 200_000
"""How long is looked. With twenty rules that is every choice of one or two that move; with three hundred, hardly one:
there a plan may have a move more than it needs."""


def with_fewer_moves(
    found: tuple[str, ...],
    current: Sequence[str],
    seats: Mapping[str, Seat],
    closure: Mapping[str, frozenset[str]],
    keeping: Callable[[Sequence[str]], tuple[str, ...]],
) -> tuple[str, ...]:
    """`found`, or an order that takes fewer moves. `keeping` gives one in which these rules stay, or raises
    Contradiction."""
    if all(seat.number is None for seat in seats.values()):
        return found
    fixed = frozenset(token for token in current if seats[token].fixed)
    moves = len(current) - len(unmoved(current, found, fixed))
    apart = [pair for pair in combinations(current, 2) if _cannot_both_stay(*pair, seats, closure)] if moves else []
    movable = [token for token in current if token not in fixed]
    choices = (frozenset(leaving) for count in range(moves) for leaving in combinations(movable, count))
    for leaving in islice(choices, _STEPS // max(1, len(current)) ** 2):
        if all(first in leaving or second in leaving for first, second in apart):
            try:
                return keeping([token for token in current if token not in leaving])
            except Contradiction:
                continue
    return found


def _cannot_both_stay(
    first: str, second: str, seats: Mapping[str, Seat], closure: Mapping[str, frozenset[str]]
) -> bool:
    """Whether two rules, today in this order, are to stand the other way round."""
    one, other = seats[first].number, seats[second].number
    return second in closure[first] or (one is not None and other is not None and one > other)
