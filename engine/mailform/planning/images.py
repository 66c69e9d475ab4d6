"""An object as a run remembers it: every writable attribute, and of a domain whether it is proven and has Email."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.planning.compare import MAIL, PROOF
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.normal import Directory, same
from mailform_state.address import Address
from mailform_state.journal import Image
from mailform_state.values import Value


def seen(current: Observed) -> Mapping[str, Value]:
    """What an object shows, as an image has it: without what is empty, since absent and empty are the same."""
    kind = KINDS[current.kind]
    found = {name: current.attributes[name] for name in kind.attributes if name in current.attributes}
    if current.kind == ACCEPTED_DOMAIN:
        found |= {PROOF: bool(current.facts.get(PROOF)), MAIL: bool(current.facts.get(MAIL))}
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def image(current: Observed, address: Address | None) -> Image:
    """The before-image of an object. `address` None: nobody manages it, yet a run watches over it."""
    return Image(current.kind, current.id, address, seen(current))


def agrees(kind: str, name: str, left: Value, right: Value, directory: Directory) -> bool:
    """Whether two values of an image mean the same."""
    attribute = KINDS[kind].attributes.get(name)
    return left == right if attribute is None else same(attribute, left, right, directory)


def differing(
    kind: str, before: Mapping[str, Value], after: Mapping[str, Value], directory: Directory
) -> tuple[str, ...]:
    """The attributes in which two images of one object differ by meaning, in the kind's order."""
    names = [*KINDS[kind].attributes, PROOF, MAIL]
    return tuple(
        name
        for name in names
        if (name in before or name in after) and not agrees(kind, name, before.get(name), after.get(name), directory)
    )
