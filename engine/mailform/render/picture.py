"""What of a plan is drawn: the resources that change, what they refer to and what refers to them, and the references.

A picture of four thousand boxes shows nothing, and Mermaid refuses it. So there is a limit, and what is left out is
counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mailform.render.review import Item, Review


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, and arrows from a box to what it needs, as places among the boxes. `left_out` counts resources."""

    boxes: tuple[Item, ...]
    arrows: tuple[tuple[int, int], ...]
    left_out: int


def picture(review: Review, most: int) -> Picture:
    """The picture of a plan with `most` boxes at most: what changes first, then its neighbours, then the rest."""
    items = {item.address: item for item in (*reversed(review.changed), *review.same)}
    users = defaultdict(set)
    for item in items.values():
        for needed in item.needs:
            users[needed].add(item.address)
    wanted: dict[str, None] = {}
    for item in review.changed:
        wanted.setdefault(item.address)
    for address in tuple(wanted):
        for near in (*items[address].needs, *sorted(users[address])):
            wanted.setdefault(near)
    for address in items:
        wanted.setdefault(address)
    drawn = [items[address] for address in wanted if address in items][:most]
    boxes = tuple(sorted(drawn, key=lambda item: (item.kind, item.address)))
    places = {item.address: place for place, item in enumerate(boxes)}
    arrows = [(place, places[need]) for place, item in enumerate(boxes) for need in item.needs if need in places]
    return Picture(boxes, tuple(arrows), len(items) - len(boxes))
