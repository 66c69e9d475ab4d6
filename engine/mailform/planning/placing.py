"""From the rules' places to the moves of a plan: the fewest that reach the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailform.diagnostics import Diagnostic, Severity
from mailform.planning.order import arrange, seat
from mailform.planning.seats import LAST, Contradiction, Seat
from mailform.planning.staying import unmoved
from mailform.planning.steps import Adopt, Create, Delete, Move, Replace, Retry, Step
from mailform.planning.world import World
from mailform.wanted import Wanted
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Placing:
    """The rules' order before and after, and the moves in between."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    mistakes: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def place_rules(
    wanted: Mapping[Address, Wanted],
    state: State,
    world: World,
    steps: Iterable[Step],
    targets: tuple[Address, ...],
) -> Placing:
    """Where every rule is to stand. A target alone is placed when targets are given; the others are as if fixed."""
    rules = world.objects.get(TRANSPORT_RULE, ())
    before = tuple(rule.id for rule in rules)
    told = tuple(steps)
    going = {step.current.id for step in told if isinstance(step, Delete) and step.address.kind == TRANSPORT_RULE}
    # what an earlier apply couldn't delete goes too: counted in, it would leave every number off by one
    left_over = (step for step in told if isinstance(step, Retry) and step.pending.kind == TRANSPORT_RULE)
    going |= {step.pending.id for step in left_over if not step.again}
    renewed = {step.current.id: step.address for step in told if isinstance(step, Replace)}
    created = [step.address for step in told if isinstance(step, Create) and step.address.kind == TRANSPORT_RULE]
    owners = {known.id: address for address, known in state.resources.items() if address.kind == TRANSPORT_RULE}
    owners |= {step.current.id: step.address for step in told if isinstance(step, Adopt)}
    current = [str(renewed[id]) if id in renewed else id for id in before if id not in going]
    tokens: dict[object, str] = {address: id for id, address in owners.items() if id in before and id not in renewed}
    tokens |= {address: str(address) for address in (*renewed.values(), *created)}
    movable = {rule.id for rule in rules if rule.unsupported is None}
    seats: dict[str, Seat] = {}
    for index, token in enumerate(current):
        owner = renewed_owner(token, owners, renewed)
        places = (
            ()
            if owner is None or owner not in wanted or (token in before and token not in movable)
            else wanted[owner].places
        )
        if targets and owner not in targets:
            places = ()
        seats[token] = seat(token, places, tokens, new=False, order=index)
    configured = {address: index for index, address in enumerate(wanted)}
    for address in created:
        token = str(address)
        seats[token] = seat(token, wanted[address].places, tokens, new=True, order=len(before) + configured[address])
    try:
        after = arrange(current, seats)
    except Contradiction as found:
        return Placing(before, (), mistakes=(_contradiction(found, owners, rules_by_id(world), wanted),))
    staying = unmoved([id for id in current if id in before], after, frozenset(t for t, s in seats.items() if s.fixed))
    moves = tuple(
        Move(owners[id], id, rules_by_id(world)[id], before.index(id), after.index(id))
        for id in after
        if id in before and id not in staying
    )
    return Placing(before, after, moves, warnings=tuple(_beyond(seats, owners, wanted, len(after))))


def renewed_owner(token: str, owners: Mapping[str, Address], renewed: Mapping[str, Address]) -> Address | None:
    """The resource that a token of the order belongs to; None for a foreign rule."""
    return owners.get(token) or next((address for address in renewed.values() if str(address) == token), None)


def rules_by_id(world: World) -> Mapping[str, str]:
    """The rules' names by their GUIDs."""
    return {rule.id: rule.name for rule in world.objects.get(TRANSPORT_RULE, ())}


def _contradiction(
    found: Contradiction, owners: Mapping[str, Address], names: Mapping[str, str], wanted: Mapping[Address, Wanted]
) -> Diagnostic:
    said = [str(owners.get(token) or names.get(token) or token) for token in (found.first, found.second)]
    by_text = {str(address): resource for address, resource in wanted.items()}
    position = next((by_text[name].position for name in reversed(said) if name in by_text), None)
    return Diagnostic(
        "impossible-order",
        f"the wanted order of {said[0]} and {said[1]} can't be reached: rules that say nothing of their place are "
        "never moved, and they stand the other way round",
        position,
        "Give one of the rules between them a place too (order or priority)",
    )


def _beyond(
    seats: Mapping[str, Seat], owners: Mapping[str, Address], wanted: Mapping[Address, Wanted], total: int
) -> Iterable[Diagnostic]:
    for token, found in seats.items():
        if found.number is not None and total <= found.number < LAST:
            address = owners.get(token)
            yield Diagnostic(
                "priority-beyond-end",
                f"{address or token}: priority {found.number} is beyond the end; the tenant will have {total} rules, "
                "so it comes last",
                wanted[address].position if address is not None and address in wanted else None,
                'To mean that: order = { at = "last" }',
                Severity.WARNING,
            )
