"""All of it as one file: kinds in the order in which things are made, rules in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mailform.adoption.block import Chosen, block, comment
from mailform.adoption.links import Links
from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_state.address import Address

HEADINGS: Mapping[str, str] = {
    "accepted_domain": "Accepted domains",
    "outbound_connector": "Outbound connectors",
    "inbound_connector": "Inbound connectors",
    "transport_rule": "Transport rules, in the order in which they run",
}


def document(
    chosen: Sequence[Chosen],
    links: Links,
    order: Sequence[Address],
    unwritten: Mapping[Address, frozenset[str]],
) -> str:
    """The file. `order` has the rules that a rule of it may follow, its own included, in today's order."""
    previous = dict(zip(order[1:], order, strict=False))
    return "\n".join(_parts(chosen, links, previous, unwritten))


def _parts(
    chosen: Sequence[Chosen],
    links: Links,
    previous: Mapping[Address, Address],
    unwritten: Mapping[Address, frozenset[str]],
) -> Iterator[str]:
    for kind in KINDS:
        members = sorted_for_reading(one for one in chosen if one.seen.kind == kind)
        if members:
            yield f"# {HEADINGS[kind]}\n"
        for one in members:
            left = unwritten.get(one.address, frozenset())
            yield comment(one.seen) + block(one, links, previous.get(one.address), left)


def sorted_for_reading(members: Iterable[Chosen]) -> list[Chosen]:
    """Rules by their priority, everything else by name, whatever order the service listed them in."""
    return sorted(members, key=_reading_order)


def _reading_order(one: Chosen) -> tuple[float, str, str]:
    priority = one.seen.facts.get("priority") if one.seen.kind == TRANSPORT_RULE else None
    place = float(priority) if isinstance(priority, int) else float("inf")
    return (place, one.seen.name.casefold(), one.seen.id)
