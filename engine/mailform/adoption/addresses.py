"""Addresses from names: what a person would have called the block. The same objects always get the same ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from itertools import count

from mailform.adoption.block import Chosen
from mailform_providers.contract import Observed
from mailform_state.address import Address

LONGEST = 40
"""Characters. A longer name is cut between two words."""

_PLAIN = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def addressed(objects: Iterable[Observed], taken: Collection[Address]) -> tuple[Chosen, ...]:
    """Each object with an address of its own, none of them in `taken`. Of several with like names the first by name and
    GUID gets it as it is, the others a number."""
    return tuple(_addressed(sorted(objects, key=lambda seen: (seen.kind, seen.name, seen.id)), taken))


def _addressed(objects: list[Observed], taken: Collection[Address]) -> Iterator[Chosen]:
    used = {*taken}
    plain = {Address(seen.kind, label(seen)) for seen in objects}
    for seen in objects:
        address = Address(seen.kind, label(seen))
        if address in used:
            numbered = (Address(seen.kind, f"{address.name}_{number}") for number in count(2))
            address = next(one for one in numbered if one not in used and one not in plain)
        used.add(address)
        yield Chosen(address, seen)


def label(seen: Observed) -> str:
    """A name in letters, digits and underscores. One that has no Latin letter is called by its kind and GUID."""
    folded = unicodedata.normalize("NFKD", seen.name.casefold().translate(_PLAIN))
    plain = "".join(mark for mark in folded if not unicodedata.combining(mark))
    found = _cut(re.sub(r"[^a-z0-9]+", "_", plain).strip("_"))
    if not re.search("[a-z]", found):
        found = "_".join(filter(None, (seen.kind.rpartition("_")[2], found, seen.id[:8].casefold())))
        found = re.sub(r"[^a-z0-9]+", "_", found).strip("_")
    return found if found[0].isalpha() else f"_{found}"


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST + 1].rpartition("_")[0] or text[:LONGEST]
