"""What an apply costs in calls, said before somebody agrees to it."""

from __future__ import annotations

from dataclasses import dataclass

from mailform.planning.actions import Remove, Write
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.operations import Operation, operations
from mailform.planning.steps import Plan
from mailform.render.figures import figure


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls, counted beforehand: repeats, waiting and pages come on top. `writes` change something. `reads` look at an
    object right before it is written to and right after it, and at everything again in the end, one listing a kind."""

    writes: int = 0
    reads: int = 0

    @classmethod
    def of(cls, plan: Plan) -> Cost:
        """What the steps of a plan cost."""
        writes = operations(plan, "00000000")
        return cls(len(writes), len({one.kind for one in writes}) + sum(map(_looks, writes)))


def _looks(one: Operation) -> int:
    """How often an object is read beside its write: what is new needn't be, and a switch shows its own end."""
    match one.action:
        case Write(str(), attributes) if one.current is not None and not attributes.keys() & {PROOF, MAIL}:
            return 1 if attributes.keys() == {"enabled"} else 2
        case Remove():
            return 1
        case _:
            return 0


def text(cost: Cost) -> str:
    """One sentence."""
    if not cost.writes:
        return "This will make no calls: only the state changes."
    total = figure(cost.writes + cost.reads, "call")
    return f"This will make about {total}: {cost.writes:,} that change something, {cost.reads:,} that read."
