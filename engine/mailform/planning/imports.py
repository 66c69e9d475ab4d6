"""Taking over an object that the tenant has already: which one is meant, and why it can't be had, if it can't.

For `[[import]]` blocks and for `mailform import` alike. A block may stay once it is done: it says nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailform.configuration.findings import escaped
from mailform.diagnostics import Diagnostic, Position
from mailform.planning.world import World, identity
from mailform.spelling import for_shell
from mailform.wanted import Import, Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Claims:
    """The objects that `[[import]]` blocks take over in this plan, and what stands in the way of others; by address."""

    objects: Mapping[Address, Observed] = field(default_factory=dict)
    mistakes: Mapping[Address, Diagnostic] = field(default_factory=dict)


def claims(imports: Iterable[Import], state: State, world: World) -> Claims:
    """What is still to be taken over, given the state (every `[[moved]]` carried out) and the tenant."""
    # A domain that is wanted again isn't deleted any more.
    pending = tuple(left for left in state.pending_delete if left.kind != ACCEPTED_DOMAIN)
    state = replace(state, pending_delete=pending)
    objects: dict[Address, Observed] = {}
    takers: dict[tuple[str, str], Address] = {}
    mistakes: dict[Address, Diagnostic] = {}
    for block in imports:
        found = _claimed(block, state, world)
        if isinstance(found, Diagnostic):
            mistakes[block.target] = found
        elif found is not None:
            first = takers.setdefault((found.kind, found.id), block.target)
            if first == block.target:
                objects[block.target] = found
            else:
                mistakes[block.target] = _twice(block, found, first)
    return Claims(objects, mistakes)


def _claimed(block: Import, state: State, world: World) -> Observed | Diagnostic | None:
    """The object that a block takes over; None when the block is done."""
    target = block.target
    found = meant(target, block.id, world.objects.get(target.kind, ()))
    if target in state.resources and _is_done(block, found, state):
        return None
    unclear = unclear_object(target, block.id, found, world, block.position)
    if unclear is not None:
        return unclear
    (current,) = found
    return not_to_be_had(target, current, state, world, block.position) or current


def _is_done(block: Import, found: Sequence[Observed], state: State) -> bool:
    """Whether a resource that the state has needs no import: it has the object, or had it until it was replaced, or the
    block's name is nobody's or another resource's by now."""
    own = {state.resources[block.target].id}
    own |= {left.id for left in state.pending_delete if left.address == block.target}
    ours = {known.id for known in state.resources.values() if known.kind == block.target.kind}
    by_name = [one.id for one in found if one.id.casefold() != block.id.casefold()]
    return not found or any(one.id in own for one in found) or any(id in ours for id in by_name)


def meant(address: Address, id: str, objects: Sequence[Observed]) -> tuple[Observed, ...]:
    """The objects that somebody means by a GUID, a name or a domain: one by its GUID, else all of that name."""
    folded = identity(address.kind, id)
    by_id = tuple(seen for seen in objects if seen.id.casefold() == id.casefold())
    return by_id or tuple(seen for seen in objects if identity(address.kind, seen.name) == folded)


def unclear_object(
    address: Address, id: str, found: Sequence[Observed], world: World, position: Position | None
) -> Diagnostic | None:
    """Why what was `found` isn't one object, if it isn't."""
    words = _words(address.kind)
    if len(found) > 1:
        told = "\n".join(
            f"{escaped(seen.id)}  (last changed {escaped(seen.changed_at or 'at an unknown time')})" for seen in found
        )
        message = f"{address}: the tenant has {len(found)} {words}s named “{id}”"
        return Diagnostic("ambiguous", message, position, "say which one by its GUID:", paste=told)
    if found:
        return None
    number = len(world.objects.get(address.kind, ()))
    hint = f"give the GUID or the name as the service shows it; it has {number} of that kind"
    for kind, objects in world.objects.items():
        for other in meant(Address(kind, "x"), id, objects) if kind != address.kind else ():
            hint = f"that is the {_words(kind)} “{other.name}”: its address begins with {kind}."
    return Diagnostic("no-such-object", f"{address}: the tenant has no {words} “{id}”", position, hint)


def not_to_be_had(
    address: Address, current: Observed, state: State, world: World, position: Position | None
) -> Diagnostic | None:
    """Why an object can't become the resource's. Each object has one address, and each address one object."""
    known = next((one for one in state.resources.values() if (one.kind, one.id) == (current.kind, current.id)), None)
    named = f"“{current.name}” ({current.id})"
    if known is not None:
        hint = f"to give it another address: mailform state mv {for_shell(known.address)} {for_shell(address)}"
        if known.address == address:
            hint = "nothing is to be done"
        return Diagnostic("already-managed", f"{named} is {known.address} already", position, hint)
    if any((left.kind, left.id) == (current.kind, current.id) for left in state.pending_delete):
        hint = "run `mailform apply`, which deletes it, or take another object"
        return Diagnostic("to-be-deleted", f"{named} is still to be deleted", position, hint)
    held = state.resources.get(address)
    if held is not None and world.find(held.kind, held.id) is not None:
        message = f"{address} is another object already ({held.id}), not {named}"
        hint = f"forget that one first, if you mean it: mailform state rm {for_shell(address)}"
        return Diagnostic("address-taken", message, position, hint)
    if current.unsupported is not None:
        message = f"{named} can't be managed: {current.unsupported}"
        return Diagnostic(
            "unsupported-rule", message, position, "leave it to the tool that made it; it is never touched"
        )
    return None


def another_domain(wanted: Wanted, current: Observed, position: Position | None) -> Diagnostic | None:
    """A domain is its name: another one can't become it."""
    name = wanted.attributes.get("domain")
    if wanted.kind != ACCEPTED_DOMAIN or not isinstance(name, str) or identity(wanted.kind, name) == current.id:
        return None
    message = f"{wanted.address} is the domain {name}, not {current.name}"
    return Diagnostic("another-domain", message, position, "write that domain, or import this one")


def _twice(block: Import, current: Observed, first: Address) -> Diagnostic:
    message = f"“{current.name}” ({current.id}) is imported to {first} and to {block.target}"
    hint = "an object is one resource; take one of the blocks out"
    return Diagnostic("duplicate-import", message, block.position, hint)


def _words(kind: str) -> str:
    return kind.replace("_", " ")
