"""What is known of the objects that resources stand for, and what becomes of the outputs that tell it."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.expression import Unknown, evaluate
from mailform.planning.compare import PROOF
from mailform.planning.steps import OutputChange
from mailform.planning.world import World
from mailform.wanted import Answers, Configuration, Facts
from mailform_providers.contract import Observed
from mailform_state.address import Address
from mailform_state.values import Output, State


def facts(state: State, world: World, fresh: frozenset[Address], adopted: Mapping[Address, Observed]) -> Facts:
    """What is known of the resources' objects and of those that are adopted, without those in `fresh`, which will be
    other objects. That a domain isn't verified is no fact: apply has it verified."""
    present = {address: world.find(known.kind, known.id) for address, known in state.resources.items()}
    return {
        address: {name: value for name, value in current.facts.items() if (name, value) != (PROOF, False)}
        | {"id": current.id}
        for address, current in {**present, **adopted}.items()
        if current is not None and address not in fresh
    }


def output_changes(
    configuration: Configuration, state: State, known: Facts, *, destroy: bool
) -> tuple[OutputChange, ...]:
    """How the outputs that the state has become those of the configuration."""
    lookup = Answers(configuration, known)
    wanted = {} if destroy else configuration.outputs
    changes = []
    for name, block in wanted.items():
        value = evaluate(block.value, lookup)
        before = state.outputs.get(name)
        if isinstance(value, Unknown) or before != Output(value, block.sensitive):
            changes.append(OutputChange(name, before, value, block.sensitive))
    for name, before in state.outputs.items():
        if name not in wanted:
            changes.append(OutputChange(name, before, None, before.sensitive, gone=True))
    return tuple(changes)
