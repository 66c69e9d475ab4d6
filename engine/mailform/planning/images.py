"""An object as a run remembers it: every writable attribute, and of a domain whether it is proven and has Email."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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


def visible(current: Observed) -> Mapping[str, Value]:
    """Everything that an object shows, also what is empty in it: what isn't here, nobody knows."""
    return {**{name: current.attributes.get(name) for name in current.attributes}, **seen(current)}


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


def overwritten(
    kind: str, known: Mapping[str, Value], before: Mapping[str, Value], after: Mapping[str, Value], directory: Directory
) -> Mapping[str, Value]:
    """The image `known`, with what a write did: what differs between the object right before it and right after it.
    What somebody else did before that isn't in it, so it is never taken back."""
    changed = differing(kind, before, after, directory)
    kept = {name: value for name, value in known.items() if name not in changed}
    return {**kept, **{name: after[name] for name in changed if name in after}}


def touched(
    kind: str, known: Mapping[str, Value], payload: Collection[str], now: Mapping[str, Value]
) -> Mapping[str, Value]:
    """The image `known`, with what a write may have done, as an object shows it that was found only later: what the
    write named, and what follows from that."""
    names = {*payload, *KINDS[kind].following(payload)}
    kept = {name: value for name, value in known.items() if name not in names}
    return {**kept, **{name: now[name] for name in names if name in now}}


def strange(
    kind: str, now: Mapping[str, Value], shown: Sequence[Mapping[str, Value]], directory: Directory
) -> tuple[str, ...]:
    """The attributes in which an object is as in none of the images that a run knows of it (the last one counts as
    complete): somebody else wrote them. A reader that lags behind shows an older image, and nothing strange."""
    return tuple(
        name
        for name in differing(kind, shown[-1], now, directory)
        if not any(agrees(kind, name, now.get(name), one.get(name), directory) for one in shown)
        and not (kind == ACCEPTED_DOMAIN and unheard_of(name, shown))
    )


def unheard_of(name: str, shown: Sequence[Mapping[str, Value]]) -> bool:
    """Whether no image has an attribute at all. Of a domain that says nothing: Exchange tells of it only once it has
    Email."""
    return not any(name in one for one in shown)
