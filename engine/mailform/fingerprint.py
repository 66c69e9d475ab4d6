"""What makes a plan the same plan: `apply PLANFILE` plans again and compares this, so that a plan file needs no
instruction in it that is ever carried out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from mailform.expression import Unknown
from mailform.planning.steps import Create, Move, Plan, Replace, Step, Withdraw
from mailform_providers.contract import Observed
from mailform_state.canonical import digest


def fingerprint(plan: Plan, salt: str) -> str:
    """What makes a plan the same plan: every step with the values it changes from and to, every move with its place.

    Attributes that nobody manages take no part, nor do objects that shift no planned move.
    """
    places = {token: index for index, token in enumerate(plan.rules_after)}
    told = [_told(step, places, salt) for step in plan.steps]
    outputs = [[change.name, _plain(change.after, salt, change.sensitive)] for change in plan.outputs]
    return digest({"steps": told, "outputs": outputs, "destroy": plan.destroy, "refresh_only": plan.refresh_only})


def _told(step: Step, places: Mapping[str, int], salt: str) -> dict[str, object]:
    """A step, down to the values. Moved and new rules stand for their place in the wanted order."""
    told: dict[str, object] = {"step": type(step).__name__, "address": str(step.address)}
    current = getattr(step, "current", None)
    if isinstance(current, Observed):
        told["id"] = current.id
    if isinstance(step, Create | Replace):
        told["place"] = places.get(str(step.address), -1)
        sensitive = step.wanted.sensitive
        told["attributes"] = {name: _plain(value, salt, name in sensitive) for name, value in step.attributes.items()}
    if isinstance(step, Withdraw):
        told["record"] = [step.record.zone, step.record.name, step.record.type, step.record.value, step.reachable]
    if isinstance(step, Move):
        told["move"] = [step.id, step.target]
    for difference in getattr(step, "differences", ()):
        told[f"difference {difference.attribute}"] = [
            _plain(difference.before, salt, difference.sensitive),
            _plain(difference.after, salt, difference.sensitive),
            str(difference.note or ""),
        ]
    settings = getattr(step, "settings", None)
    if settings is not None:
        told["settings"] = _plain(settings, salt, False)
    return told


def _plain(value: object, salt: str, sensitive: bool) -> object:
    """A value as JSON has it; a sensitive one as a digest that only who knows it can tell."""
    if sensitive:
        return digest([salt, _plain(value, salt, False)])
    if isinstance(value, Unknown):
        return {"known after apply": repr(value.expression)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, salt, False) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item, salt, False) for item in value]
    return value.value if isinstance(value, Enum) else value
