"""Making a text fit: pieces that may go, the least important first, and an account of what has gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailform.render.markdown import length

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. Those of the highest `rank` go first, among equals the last; what has none stays. What goes
    is counted under `what`."""

    text: str
    rank: int = 0
    what: str = ""


def fitted(head: str, pieces: Sequence[Piece], most: int, account: Callable[[Mapping[str, int]], str]) -> str:
    """`head`, the account of what has gone, and the pieces that stay, in at most `most` characters (`length`). The
    head, the account and what has no rank must fit: nobody cuts them."""
    sizes = [length(piece.text) + len(_BETWEEN) for piece in pieces]
    size = length(head) + sum(sizes) + 1
    candidates = (place for place, piece in enumerate(pieces) if piece.rank)
    order = sorted(candidates, key=lambda place: (pieces[place].rank, place))
    gone: Counter[str] = Counter()
    left_out: set[int] = set()
    told = ""
    while size + length(told) + len(_BETWEEN) > most and order:
        place = order.pop()
        left_out.add(place)
        gone[pieces[place].what] += 1
        size -= sizes[place]
        told = account(gone)
    kept = (piece.text for place, piece in enumerate(pieces) if place not in left_out)
    return _BETWEEN.join((head, *((told,) if told else ()), *kept)) + "\n"
