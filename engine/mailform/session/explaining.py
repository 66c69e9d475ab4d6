"""Why a domain may still wait for its proof: what our own look-up found. It explains, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from mailform.planning.compare import PROOF
from mailform.planning.steps import Adopt, Plan, Update
from mailform.session.report import Wait

if TYPE_CHECKING:
    from mailform_providers.dns.lookup import Finding

LookUp: TypeAlias = "Callable[[str, str, str], Finding]"
"""Looks for a proof: the name, the TXT value, the MX host."""

_AT_ONCE = 8


def explained(waits: Iterable[Wait], look_up: LookUp | None) -> tuple[Wait, ...]:
    """The waits, each with what the look-up found. One that waits for no record is left as it is."""
    found = tuple(waits)
    sought = [wait for wait in found if wait.txt or wait.mx]
    if look_up is None or not sought:
        return found
    with ThreadPoolExecutor(min(len(sought), _AT_ONCE)) as pool:
        findings = pool.map(lambda wait: look_up(wait.name, wait.txt, wait.mx), sought)
        told = dict(zip(sought, map(explanation, findings), strict=True))
    return tuple(replace(wait, looked_up=told.get(wait, "")) for wait in found)


def unproven(plan: Plan) -> tuple[Wait, ...]:
    """The domains of a plan that the tenant has and that aren't proven yet, as waits for their records."""
    return tuple(
        Wait(step.address, step.current.name, _text(step, "verification_txt"), _text(step, "verification_mx"))
        for step in plan.steps
        if isinstance(step, Update | Adopt) and any(found.attribute == PROOF for found in step.differences)
    )


def _text(step: Update | Adopt, fact: str) -> str:
    return str(step.current.facts.get(fact) or "")


def explanation(finding: Finding) -> str:
    """A finding in one sentence."""
    from mailform_providers.dns.lookup import Absent, Partly, Shown, Unasked

    match finding:
        case Absent(zone):
            return f"{_servers(zone)} don't have the record yet."
        case Partly(zone, having, asked):
            return (
                f"{having} of the {asked} name servers{_of(zone)} have the record: the zone is still being handed on."
            )
        case Shown(zone, remembered):
            until = f", which may take {_time(remembered)}" if remembered else ""
            return f"{_servers(zone)} have the record; the service hasn't seen it yet{until}."
        case Unasked(reason):
            return f"The zone's name servers could not be asked: {reason}."
    assert_never(finding)


def _servers(zone: str) -> str:
    return f"The name servers{_of(zone)}"


def _of(zone: str) -> str:
    return f" of {zone}" if zone else ""


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} minutes"
