"""One resource change in Terraform's shape: both sides, and the masks of what is unknown or sensitive in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mailform.expression import Reference, Template, Unknown
from mailform.render.images import telling
from mailform.render.modules_json import naming
from mailform.render.shape import Json, json, nested
from mailform.render.value import SENSITIVE
from mailform_state.address import Address
from mailform_state.values import Value

Attributes: TypeAlias = "Mapping[str, Value | Unknown]"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of `resource_changes` or `resource_drift`. `before` and `after` have the object's attributes by their
    full names, and its `id`; None where there is no object. `hidden` names the sensitive ones. `deposed` is the id of
    an object that isn't the resource's any more. `ours` goes under the key `mailform`."""

    address: Address
    actions: tuple[str, ...]
    before: Attributes | None
    after: Attributes | None
    hidden: frozenset[str] = frozenset()
    importing: str | None = None
    previous: Address | None = None
    deposed: str | None = None
    ours: Mapping[str, Json] = field(default_factory=dict)

    def entry(self) -> dict[str, Json]:
        """The entry in Terraform's shape."""
        names = _names(self.before) | _names(self.after)
        change: dict[str, Json] = {
            "actions": list(self.actions),
            "before": side(self.before, names, self.hidden),
            "after": side(self.after, names, self.hidden),
            "after_unknown": mask(self.after, lambda name, value: isinstance(value, Unknown)),
            "before_sensitive": mask(self.before, lambda name, value: name in self.hidden),
            "after_sensitive": mask(self.after, lambda name, value: name in self.hidden),
        }
        if self.importing is not None:
            change["importing"] = {"id": self.importing}
        said = naming(self.address)
        if self.previous is not None:
            said["previous_address"] = str(self.previous)
        if self.deposed is not None:
            said["deposed"] = self.deposed
        said["change"] = change
        return {**said, "mailform": dict(self.ours)} if self.ours else said

    def planned(self) -> dict[str, Json] | None:
        """The resource among `planned_values`; None when it won't be one of ours."""
        if self.after is None or self.deposed is not None:
            return None
        return {
            **naming(self.address),
            "schema_version": 0,
            "values": side(self.after, _names(self.after), self.hidden),
            "sensitive_values": mask(self.after, lambda name, value: name in self.hidden),
        }


def new_id(address: Address) -> Unknown:
    """The id of an object still to be made."""
    return Unknown(Template((Reference(address, "id"),)))


def side(attributes: Attributes | None, names: frozenset[str], hidden: frozenset[str]) -> Json:
    """One side of a change, nested. A name that this side hasn't got is null; what is unknown is left out."""
    if attributes is None:
        return None
    said: dict[str, Json] = {}
    for name in sorted(names):
        value = attributes.get(name)
        if not isinstance(value, Unknown):
            said[name] = SENSITIVE if name in hidden and value is not None else json(value)
    return nested(said)


def mask(attributes: Attributes | None, holds: Callable[[str, Value | Unknown], bool]) -> Json:
    """`true` at every attribute for which something holds, nested; `false` where there is no object at all."""
    if attributes is None:
        return False
    return nested({name: True for name, value in sorted(attributes.items(), key=_name) if holds(name, value)})


def _name(item: tuple[str, object]) -> str:
    return item[0]


def _names(attributes: Attributes | None) -> frozenset[str]:
    return frozenset() if attributes is None else frozenset(telling(attributes))
