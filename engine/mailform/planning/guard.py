"""Guards: pure functions that answer with figures when a plan does more than anybody may have meant."""

from __future__ import annotations

from dataclasses import dataclass

from mailform.planning.steps import Delete, Plan, Replace, Update
from mailform.wanted import Configuration
from mailform_state.values import State

SMALL = 10
"""Below so many recorded resources, any share is a normal day's work."""

SHARE = 30
"""Percent of the recorded resources that one plan may delete, update or replace without being asked."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a guard refuses, with the figures and the way past it."""

    message: str
    hint: str


def objections(
    plan: Plan, configuration: Configuration, state: State, *, allow_large_change: bool
) -> tuple[Objection, ...]:
    """What speaks against a plan. Destroying is exempt: it asks."""
    if plan.destroy or allow_large_change or plan.refresh_only:
        return ()
    found: list[Objection] = []
    recorded = len(state.resources)
    kept = [address for address in state.resources if not any(one.covers(address) for one in configuration.removed)]
    if kept and not configuration.resources:
        found.append(
            Objection(
                f"the configuration has no resource at all, while the state has {len(kept)}",
                "If all of them are to go: mailform destroy; if they are to be kept in the tenant: mailform state rm",
            )
        )
    touched = len({step.address for step in plan.steps if isinstance(step, Delete | Update | Replace)})
    if recorded >= SMALL and touched * 100 > recorded * SHARE:
        found.append(
            Objection(
                f"the plan deletes, updates or replaces {touched} of {recorded} recorded resources "
                f"({touched * 100 // recorded} %, more than {SHARE} %)",
                "If that is meant: --allow-large-change",
            )
        )
    return tuple(found)
