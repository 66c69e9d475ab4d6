"""How many steps of each sort a plan has. Text, JSON and markdown all count here, so that they can't disagree."""

from __future__ import annotations

from dataclasses import dataclass

from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Move,
    Plan,
    Readdress,
    Replace,
    Retry,
    Settle,
    Step,
    Update,
    Withdraw,
    touches_tenant,
)
from mailform.render.figures import figure


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a plan. A resource that is updated and moved counts in both. `delete` includes the objects that
    an earlier apply retired; `withdraw` counts DNS records of ours; `state_only` is what no other figure has: settings,
    addresses, what has gone by itself."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    move: int = 0
    adopt: int = 0
    forget: int = 0
    withdraw: int = 0
    state_only: int = 0
    outputs: int = 0
    drift: int = 0
    deferred: int = 0
    foreign: int = 0

    @property
    def steps(self) -> int:
        """All steps; outputs, drift and the rest are none."""
        acting = self.create + self.update + self.replace + self.delete + self.move + self.adopt + self.forget
        return acting + self.withdraw + self.state_only


_FIGURES = ("create", "update", "replace", "delete", "move", "adopt", "forget", "withdraw", "state_only")


def counts(plan: Plan) -> Counts:
    """The figures of a plan."""
    tally = dict.fromkeys(
        ("create", "update", "replace", "delete", "move", "adopt", "forget", "withdraw", "state_only"), 0
    )
    for step in plan.steps:
        tally[word(step)] += 1
    return Counts(
        **tally,
        outputs=len(plan.outputs),
        drift=len(plan.drift),
        deferred=len(plan.deferred),
        foreign=sum(plan.foreign.values()),
    )


def word(step: Step) -> str:
    """The figure in which a step counts."""
    match step:
        case Create():
            return "create"
        case Update():
            return "update"
        case Replace():
            return "replace"
        case Delete():
            return "delete"
        case Move():
            return "move"
        case Adopt():
            return "adopt"
        case Forget():
            return "forget"
        case Retry():
            return "delete" if touches_tenant(step) else "state_only"
        case Withdraw():
            return "withdraw"
        case Settle() | Readdress():
            return "state_only"


def sentence(figures: Counts) -> str:
    """The last line of a plan that has steps."""
    told = ", ".join(
        f"{number} to {name}"
        for name, number in (
            ("create", figures.create),
            ("update", figures.update),
            ("replace", figures.replace),
            ("delete", figures.delete),
            ("move", figures.move),
            ("adopt", figures.adopt),
            ("forget", figures.forget),
        )
    )
    more = [f"{figure(figures.withdraw, 'DNS record')} to withdraw"] if figures.withdraw else []
    more += [f"{figures.state_only} in the state only"] if figures.state_only else []
    return f"Plan: {', '.join((told, *more))}."
