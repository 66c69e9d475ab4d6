"""The dependencies between operations: what each needs done before it, by references and by names.

Four laws: a step runs after everything it needs; what gives up a reference runs before the step that takes the
referenced thing away; a name is taken after it was freed; an object goes after everything that used it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailform.planning.operations import Make, Operation, Phase, Remove, Write, aside
from mailform.planning.steps import Plan
from mailform.planning.verbs import Verb
from mailform.planning.world import World, identity
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
    found, extra = _named(found, edges, plan, run)
    edges.update(extra)
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


def _named(
    found: tuple[Operation, ...], edges: dict[int, set[int]], plan: Plan, run: str
) -> tuple[tuple[Operation, ...], dict[int, set[int]]]:
    """Orders who frees a name before who takes it; a circle of renames goes over a temporary name."""
    holders = {
        (kind, identity(kind, seen.name)): (kind, seen.id)
        for kind, objects in plan.observed.items()
        for seen in objects
    }
    frees: dict[tuple[str, str], int] = {}
    for one in found:
        if one.current is not None and (_renames(one) or isinstance(one.action, Remove)):
            frees.setdefault((one.kind, one.current.id), one.number)
    takes: dict[int, int] = {}
    for one in found:
        taken = one.attributes.get(KINDS[one.kind].naming)
        if isinstance(taken, str) and isinstance(one.action, Make | Write):
            holder = holders.get((one.kind, identity(one.kind, taken)))
            giver = None if holder is None else frees.get(holder)
            if giver is not None and giver != one.number:
                takes[one.number] = giver
                edges[one.number].add(giver)
    extra: dict[int, set[int]] = {}
    added: list[Operation] = []
    for number in _circle_breakers(takes):
        one = found[number]
        if isinstance(one.action, Write) and one.current is not None:
            # the first of the circle steps aside, so that its name is free; it takes its own at the end
            temporary = Write(one.action.target, {KINDS[one.kind].naming: aside(one.current.name, run)})
            first = replace(
                one,
                number=len(found) + len(added),
                verb=Verb.RENAME,
                action=temporary,
                phase=Phase.CUT_OVER,
                needs=frozenset(),
            )
            added.append(first)
            extra[first.number] = set()
            edges[number].add(first.number)
            for taker, giver in takes.items():
                if giver == number:
                    edges[taker].discard(number)
                    edges[taker].add(first.number)
    return (*found, *added), extra


def _renames(one: Operation) -> bool:
    return isinstance(one.action, Write) and KINDS[one.kind].naming in one.action.attributes


def _circle_breakers(takes: Mapping[int, int]) -> list[int]:
    """One operation of each circle of takers and givers."""
    breakers: list[int] = []
    seen: set[int] = set()
    for start in takes:
        path: list[int] = []
        current: int | None = start
        while current is not None and current not in seen and current not in path:
            path.append(current)
            current = takes.get(current)
        if current is not None and current in path:
            breakers.append(current)
        seen.update(path)
    return breakers


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
