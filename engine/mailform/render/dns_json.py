"""The DNS records that a plan publishes and withdraws, for programs. Terraform's shape has no place for them."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.planning.publishing import publication
from mailform.planning.steps import Plan, Withdraw
from mailform.render.secrecy import Secrets
from mailform.render.shape import Json
from mailform.render.value import SENSITIVE


def records(plan: Plan, secrets: Secrets) -> list[Json]:
    """One entry a record. `value` is null as long as the service hasn't told it."""
    return list(_records(plan, secrets))


def _records(plan: Plan, secrets: Secrets) -> Iterator[Json]:
    for step in plan.steps:
        if isinstance(step, Withdraw):
            record = step.record
            action = "withdraw" if step.reachable else "forget"
            found = (action, record.zone, record.type, record.name, record.value)
        elif (proof := publication(step)) is not None:
            found = ("publish", proof.zone, "TXT", proof.name, proof.value)
        else:
            continue
        action, zone, type, name, value = found
        yield {
            "address": str(step.address),
            "action": action,
            "zone": SENSITIVE if secrets.hide_name(step.address) else zone,
            "type": type,
            "name": SENSITIVE if secrets.hide_name(step.address) else name,
            "value": value or None,
        }
