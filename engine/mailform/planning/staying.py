"""Which rules can stay where they are, so that the fewest move."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


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
