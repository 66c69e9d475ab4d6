"""Who gets which name: a name freed by one resource may be taken by another, in one plan."""

from __future__ import annotations

from collections.abc import Iterable

from mailform.diagnostics import Diagnostic
from mailform.expression import Unknown
from mailform.planning.steps import Create, Delete, Forget, Step
from mailform.planning.world import identity
from mailform.spelling import for_toml
from mailform_providers.kinds import KINDS


def collisions(steps: Iterable[Step]) -> list[Diagnostic]:
    """A resource that comes with the kind and name of one that goes is the same thing under another address: the
    mistake prints the block that says so."""
    told = tuple(steps)
    going = {}
    for step in told:
        match step:
            case Delete(recorded, current):
                going[recorded.kind, identity(recorded.kind, current.name)] = recorded.address
            case Forget(address, id, False):
                going[address.kind, identity(address.kind, id)] = address
            case _:
                pass
    return [
        Diagnostic(
            "moved",
            f"{step.address} comes with the name of {origin}, which goes: they are the same object",
            step.wanted.position,
            "Say that it has a new address:",
            paste=f"\n[[moved]]\nfrom = {for_toml(origin)}\nto = {for_toml(step.address)}\n",
        )
        for step in told
        if isinstance(step, Create) and (origin := going.get(_name_of(step))) is not None
    ]


def _name_of(step: Create) -> tuple[str, str]:
    name = step.attributes.get(KINDS[step.wanted.kind].naming)
    return (step.wanted.kind, "" if isinstance(name, Unknown) else identity(step.wanted.kind, name))
