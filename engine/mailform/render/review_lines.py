"""The attributes of one resource change, from both sides of its JSON to the lines that a plan as text has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from mailform.expression import Template, Unknown
from mailform.planning.steps import Difference, Note
from mailform.render.attribute_lines import Line, differing, written
from mailform.render.images import telling
from mailform.render.shape import Json, flat
from mailform.render.value import change
from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_state.shapes import frozen
from mailform_state.values import Value

if TYPE_CHECKING:
    from mailform.render.review_shape import Changed, OutputShape

LATER = Unknown(Template(()))
"""Something that only apply can know; what it is made of doesn't stand in the JSON."""

_SECTIONS = frozenset({"conditions", "exceptions", "actions"})


def attribute_lines(found: Changed) -> tuple[Line, ...]:
    """The lines of a change: everything of what comes or goes, only what differs of the rest. None of what only the
    state lets go of, or of what an earlier apply has retired: that is said in words."""
    if found.deposed is not None or "forget" in found.change.actions:
        return ()
    return (*_attributes(found), *_settings(found))


def before(found: Changed) -> Mapping[str, Value]:
    """The attributes by full name of the object as it is; empty where there is none."""
    return _side(found, found.change.before)


def output_line(name: str, found: OutputShape) -> Line:
    """An output before and after. The JSON has hidden what is sensitive."""
    after = LATER if found.after_unknown else frozen(found.after)
    if "create" in found.actions:
        return written("+", name, after, hidden=found.after_sensitive)
    if "delete" in found.actions:
        return written("-", name, frozen(found.before), hidden=found.after_sensitive)
    return differing("", Difference(name, frozen(found.before), after), hidden=found.after_sensitive)


def _attributes(found: Changed) -> Iterator[Line]:
    sides = found.change
    old = before(found)
    new: dict[str, Value | Unknown] = {**_side(found, sides.after)}
    new |= dict.fromkeys(_marked(found, sides.after_unknown), LATER)
    hidden = _marked(found, sides.before_sensitive) | _marked(found, sides.after_sensitive)
    if sides.before is None or sides.after is None:
        sign, attributes = ("+", new) if sides.before is None else ("-", {**old})
        for name, value in sorted(telling(attributes).items(), key=lambda item: _place(found.type, item[0])):
            if name != "id" or sides.after is None:
                yield written(sign, name, value, hidden=name in hidden)
        return
    differ = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name) and name != "id"]
    notes = found.mailform.notes
    for name in sorted({*differ, *found.mailform.changed}, key=lambda name: _place(found.type, name)):
        note = Note.__members__.get(notes.get(name, "").upper())
        difference = Difference(name, old.get(name), new.get(name), name in hidden, note)
        yield differing(found.type, difference, hidden=name in hidden)


def _settings(found: Changed) -> Iterator[Line]:
    for name, setting in sorted(found.mailform.settings.items()):
        yield Line("~", name, change(frozen(setting.before), frozen(setting.after)))


def _side(found: Changed, attributes: dict[str, object] | None) -> Mapping[str, Value]:
    sections = _SECTIONS if found.type == TRANSPORT_RULE else frozenset()
    flattened = flat(cast("dict[str, Json]", attributes or {}), sections)  # it was read from JSON
    return {name: frozen(value) for name, value in flattened.items()}


def _marked(found: Changed, mask: bool | dict[str, object]) -> frozenset[str]:
    """The attributes at which a mask of the JSON says true."""
    return (
        frozenset() if isinstance(mask, bool) else frozenset(name for name, held in _side(found, mask).items() if held)
    )


def _place(kind: str, name: str) -> tuple[bool, bool, str]:
    """A resource's name first, then its own attributes, then those in sections."""
    return (kind not in KINDS or KINDS[kind].naming != name, "." in name, name)
