"""The dependencies between operations: what each needs done before it, by references and by names.

Four laws: a step runs after everything it needs; what gives up a reference runs before the step that takes the
referenced thing away; a name is taken after it was freed; an object goes after everything that used it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailform.planning.actions import Make, Remove, Write
from mailform.planning.naming import handed_over
from mailform.planning.operations import Operation, Phase
from mailform.planning.steps import Adopt, Plan
from mailform.planning.verbs import Verb
from mailform.planning.world import World
from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR
from mailform_state.address import Address
from mailform_state.values import State


def ordered(found: tuple[Operation, ...], plan: Plan, state: State, run: str) -> tuple[Operation, ...]:
    """The operations with everything they need, and with the temporary names that a swap takes."""
    edges: dict[int, set[int]] = {one.number: set(one.needs) for one in found}
    by_address: dict[Address, list[Operation]] = {}
    for one in found:
        by_address.setdefault(one.address, []).append(one)
    users = _users(plan, state)
    for one in found:
        edges[one.number] |= _supplied(one, by_address)
        edges[one.number] |= _released(one, by_address, users)
    for one in handed_over(found, edges, plan.observed, run):
        edges[one.number] = _released(one, by_address, users)
        found = (*found, one)
    found = tuple(replace(one, needs=frozenset(edges[one.number])) for one in found)
    return _after_the_pivot(found)


def _users(plan: Plan, state: State) -> Mapping[Address, frozenset[Address]]:
    """Who uses whom in the tenant as it is: by the state's references, and by where its rules route."""
    users: dict[Address, set[Address]] = {}
    for address, known in state.resources.items():
        for other in known.dependencies:
            users.setdefault(other, set()).add(address)
    world = World(plan.observed)
    owners = {(known.kind, known.id): address for address, known in state.resources.items()}
    owners |= {(step.current.kind, step.current.id): step.address for step in plan.steps if isinstance(step, Adopt)}
    for (kind, id), address in owners.items():
        if kind == OUTBOUND_CONNECTOR:
            found = (owners.get((rule.kind, rule.id)) for rule in world.routing_to(id))
            users.setdefault(address, set()).update(user for user in found if user is not None)
    return {address: frozenset(those) for address, those in users.items()}


def _supplied(one: Operation, by_address: Mapping[Address, list[Operation]]) -> set[int]:
    """Everything of the resources it depends on that has to be there first. A new object may be staged before what it
    depends on is switched on, but not switched on itself."""
    if one.wanted is None or one.phase is Phase.RETIRE:
        return set()
    staged = isinstance(one.action, Make)
    needed: set[int] = set()
    for dependency in one.wanted.dependencies:
        for other in by_address.get(dependency, ()):
            brings_up = other.wanted is not None and other.verb is not Verb.DISABLE
            switched_on_later = other.verb is Verb.ENABLE and other.current is None
            if brings_up and not (staged and switched_on_later):
                needed.add(other.number)
    return needed


def _released(
    one: Operation, by_address: Mapping[Address, list[Operation]], users: Mapping[Address, frozenset[Address]]
) -> set[int]:
    """What has to let go of an object before this operation takes it away."""
    if not _takes_away(one):
        return set()
    needed: set[int] = set()
    for user in users.get(one.address, frozenset()):
        for other in by_address.get(user, ()):
            if other.wanted is not None and one.wanted is not None and one.address in other.wanted.dependencies:
                continue  # it stays a user: then it comes after, not before
            if isinstance(other.action, Remove) and not _holds_until_deleted(one):
                continue  # a user that goes is switched off before; its own deletion comes later anyway
            needed.add(other.number)
    return needed


def _holds_until_deleted(one: Operation) -> bool:
    """Whether a user must be deleted first: for a deletion always; a rule holds on to its connector in any case."""
    return isinstance(one.action, Remove) or (one.kind == OUTBOUND_CONNECTOR and one.phase is not Phase.RETIRE)


def _takes_away(one: Operation) -> bool:
    """Whether users of the object would be left without it: deleted, disabled, renamed, no longer for rules."""
    match one.action:
        case Remove():
            return True
        case Write(_, attributes):
            names = {KINDS[one.kind].naming, "is_transport_rule_scoped", "test_mode"}
            return attributes.get("enabled") is False or bool(names & attributes.keys())
        case _:
            return False


def _after_the_pivot(found: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Whatever needs a deletion runs after the pivot itself: an update that only a delete makes possible."""
    phases = {one.number: one.phase for one in found}
    changed = True
    while changed:
        changed = False
        for one in found:
            late = any(phases[needed] is Phase.CLEAN_UP for needed in one.needs)
            if late and phases[one.number] is not Phase.CLEAN_UP:
                phases[one.number] = Phase.CLEAN_UP
                changed = True
    return tuple(replace(one, phase=phases[one.number]) for one in found)
