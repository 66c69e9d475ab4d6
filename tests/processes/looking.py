"""What has to hold of a tenant, its state and its folder whenever a run is over, whatever became of the runs before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from mailform_providers.sandbox import Sandbox
from mailform_state.local import LOCK, STATE, VERSIONS
from mailform_state.values import State

Objects: TypeAlias = Mapping[tuple[str, str], Any]
"""The settings of a tenant's objects, by kind and id."""

_BESIDES = frozenset({"mailform.toml", STATE, LOCK, VERSIONS, ".mailform"})
_KEPT = re.compile(r"[0-9]{10}\.(before\.)?json|sandbox\.json(\.lock)?")


def objects(hand: Sandbox) -> Objects:
    """Everything in the tenant."""
    shown = hand.snapshot()
    order = shown.pop("rule_order")
    assert isinstance(order, list)
    return {(kind, id): known for kind, of in shown.items() if isinstance(of, dict) for id, known in of.items()}


@dataclass(frozen=True, slots=True)
class Foreign:
    """What was there before the first run and is nobody's business."""

    settings: Objects
    rule_order: tuple[str, ...]

    @classmethod
    def of(cls, hand: Sandbox) -> Foreign:
        """All that a tenant has now."""
        return cls(objects(hand), tuple(entry.guid for entry in hand.tenant.of("transport_rule")))


def problems(hand: Sandbox, state: State | None, foreign: Foreign) -> Iterator[str]:
    """What is wrong between tenant and state; nothing, unless something was lost."""
    here = objects(hand)
    known = {} if state is None else {(address.kind, one.id): address for address, one in state.resources.items()}
    for kind, id in sorted(here.keys() - known.keys() - foreign.settings.keys()):
        yield f"an orphan: {kind} {id} ({_name(here[kind, id])}) is in the tenant and not in the state"
    for key in sorted(known.keys() - here.keys()):
        yield f"a phantom: {known[key]} is {key[1]} in the state and not in the tenant"
    names = Counter((kind, _name(settings).casefold()) for (kind, _), settings in here.items() if _name(settings))
    for (kind, name), count in names.items():
        if count > 1:
            yield f"{count} objects of {kind} have the name {name}"
    for key, settings in foreign.settings.items():
        if here.get(key) != settings:
            yield f"{key[0]} {key[1]} is nobody's, and was changed: {settings} -> {here.get(key)}"
    order = tuple(entry.guid for entry in hand.tenant.of("transport_rule") if entry.guid in foreign.rule_order)
    if order != foreign.rule_order:
        yield f"rules that are nobody's were moved: {foreign.rule_order} -> {order}"
    if state is not None and (state.pending_delete or state.unresolved):
        yield f"the state waits for something: {state.pending_delete} {state.unresolved}"


def managed(hand: Sandbox, foreign: Foreign) -> Mapping[tuple[str, str], Any]:
    """What is managed, by kind and name: the same whenever one configuration was applied, whatever came before."""
    here = objects(hand)
    return {(kind, _name(here[kind, id]) or id): here[kind, id] for kind, id in here.keys() - foreign.settings.keys()}


def leftovers(folder: Path) -> Iterator[str]:
    """Files that no run should have left behind."""
    for path in sorted(folder.iterdir()):
        if path.name not in _BESIDES:
            yield f"{path.name} was left behind"
        elif path.is_dir():
            yield from (f"{path.name}/{one.name} was left" for one in path.iterdir() if not _KEPT.fullmatch(one.name))


def _name(settings: Any) -> str:
    return str(settings.get("Name") or "")
