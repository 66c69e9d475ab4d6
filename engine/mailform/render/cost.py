"""What an apply costs in calls, said before somebody agrees to it."""

from __future__ import annotations

from dataclasses import dataclass

from mailform.planning.operations import operations
from mailform.planning.steps import Plan
from mailform.render.figures import figure


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls, counted beforehand: repeats, waiting and pages come on top. `writes` change something, `reads` look at it
    again afterwards, one listing a kind."""

    writes: int = 0
    reads: int = 0

    @classmethod
    def of(cls, plan: Plan) -> Cost:
        """What the steps of a plan cost."""
        writes = operations(plan, "00000000")
        return cls(len(writes), len({one.kind for one in writes}))


def text(cost: Cost) -> str:
    """One sentence."""
    if not cost.writes:
        return "This will make no calls: only the state changes."
    total = figure(cost.writes + cost.reads, "call")
    return f"This will make about {total}: {cost.writes:,} that change something, {cost.reads:,} that read it again."
