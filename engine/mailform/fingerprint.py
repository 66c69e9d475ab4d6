"""What makes a plan the same plan: `apply PLANFILE` plans again and compares this, so that a plan file needs no
instruction in it that is ever carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum

from mailform.expression import Unknown
from mailform.planning.steps import Create, Move, Plan, Replace, Step, Withdraw
from mailform_providers.contract import Observed
from mailform_state.canonical import canonical, digest

ROUNDS = 100_000
"""Of PBKDF2 over what is sensitive in a plan: the fingerprint stands in the plan file, so guessing has to be slow."""


def fingerprint(plan: Plan, salt: str) -> str:
    """What makes a plan the same plan: every step with the values it changes from and to, every move with its place.

    Attributes that nobody manages take no part, nor do objects that shift no planned move. All that is sensitive goes
    in together, as one slow digest with the plan's own salt: whoever wants to guess has to guess all of it at once.
    """
    secrets: list[object] = []
    places = {token: index for index, token in enumerate(plan.rules_after)}
    told = [_told(step, places, secrets) for step in plan.steps]
    outputs = [[change.name, _plain(change.after, secrets, change.sensitive)] for change in plan.outputs]
    return digest(
        {
            "steps": told,
            "outputs": outputs,
            "secrets": _slow_digest(secrets, salt),
            "destroy": plan.destroy,
            "refresh_only": plan.refresh_only,
        }
    )


def _slow_digest(secrets: list[object], salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", canonical(secrets), salt.encode(), ROUNDS).hex() if secrets else ""


def _told(step: Step, places: Mapping[str, int], secrets: list[object]) -> dict[str, object]:
    """A step, down to the values. Moved and new rules stand for their place in the wanted order."""
    told: dict[str, object] = {"step": type(step).__name__, "address": str(step.address)}
    current = getattr(step, "current", None)
    if isinstance(current, Observed):
        told["id"] = current.id
    if isinstance(step, Create | Replace):
        told["place"] = places.get(str(step.address), -1)
        sensitive = step.wanted.sensitive
        told["attributes"] = {
            name: _plain(value, secrets, name in sensitive) for name, value in step.attributes.items()
        }
    if isinstance(step, Withdraw):
        told["record"] = [step.record.zone, step.record.name, step.record.type, step.record.value, step.reachable]
    if isinstance(step, Move):
        told["move"] = [step.id, step.target]
    for difference in getattr(step, "differences", ()):
        told[f"difference {difference.attribute}"] = [
            _plain(difference.before, secrets, difference.sensitive),
            _plain(difference.after, secrets, difference.sensitive),
            str(difference.note or ""),
        ]
    settings = getattr(step, "settings", None)
    if settings is not None:
        told["settings"] = _plain(settings, secrets, False)
    return told


def _plain(value: object, secrets: list[object], sensitive: bool) -> object:
    """A value as JSON has it. A sensitive one is put among the `secrets`, and which of them it is stands for it."""
    if sensitive:
        secrets.append(_plain(value, secrets, False))
        return {"secret": len(secrets)}
    if isinstance(value, Unknown):
        return {"known after apply": repr(value.expression)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, secrets, False) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item, secrets, False) for item in value]
    return value.value if isinstance(value, Enum) else value
