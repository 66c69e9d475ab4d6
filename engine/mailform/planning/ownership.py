"""Whose the tenant's objects are while a plan is made: what the state has, what is let go of, what becomes ours."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from mailform.planning.steps import Adopt, Forget, Step
from mailform.planning.world import World
from mailform.wanted import Configuration
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_state.address import Address
from mailform_state.values import State


def given_up(configuration: Configuration, state: State) -> dict[tuple[str, str], Address]:
    """The objects of ours that `[[removed]]` lets go of, by kind and id."""
    return {
        (known.kind, known.id): address
        for address, known in state.resources.items()
        if any(one.covers(address) for one in configuration.removed)
    }


def owners(
    state: State, let_go: Container[tuple[str, str]], claimed: Mapping[Address, Observed]
) -> dict[tuple[str, str], Address]:
    """Whose each object is, by kind and id; what is imported and what an earlier apply could not delete yet included:
    their names may come free. A domain that is still to be deleted is nobody's: wanted again, it is adopted. What is
    let go of keeps its name, and is nobody's either."""
    left = {(entry.kind, entry.id): entry.address for entry in state.pending_delete if entry.kind != ACCEPTED_DOMAIN}
    ours = {(known.kind, known.id): address for address, known in state.resources.items()}
    taken = {(current.kind, current.id): address for address, current in claimed.items()}
    return left | {key: address for key, address in ours.items() if key not in let_go} | taken


def strangers(world: World, state: State, steps: Iterable[Step]) -> Mapping[str, int]:
    """How many objects of each kind are nobody's once the steps are done."""
    return {kind: len(objects) for kind, objects in unmanaged(world, state, steps).items()}


def unmanaged(world: World, state: State, steps: Iterable[Step]) -> Mapping[str, tuple[Observed, ...]]:
    """The objects of each kind that are nobody's once the steps are done."""
    told = tuple(steps)
    gone = {step.address for step in told if isinstance(step, Forget)}
    ours = {(known.kind, known.id.casefold()) for address, known in state.resources.items() if address not in gone}
    ours |= {(step.current.kind, step.current.id.casefold()) for step in told if isinstance(step, Adopt)}
    return {
        kind: tuple(seen for seen in objects if (kind, seen.id.casefold()) not in ours)
        for kind, objects in world.objects.items()
    }
