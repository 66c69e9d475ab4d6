"""Values as the configuration spells them: without what the service adds, in one form, and only those that it takes."""

from __future__ import annotations

import re
from datetime import datetime

from mailform.configuration import timestamps
from mailform_providers.kinds.schema import Attribute, Form, Type
from mailform_providers.normal import Directory, normal, same, size, timestamp
from mailform_state.values import Value

_UNITS = (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10))
_COST = re.compile(r"^smtp:(?P<space>.*?)(?:;1)?$", re.IGNORECASE)


def spelled(attribute: Attribute, value: Value) -> Value:
    """A value as the configuration spells it; None for one that it can't have, such as a source of `AdminUI`."""
    if isinstance(value, tuple):
        return tuple(item for item in (_single(attribute, one) for one in value) if item not in (None, ""))
    return _single(attribute, value)


def unspeakable(attribute: Attribute, value: Value) -> tuple[Value, ...]:
    """What of a value the configuration has no words for."""
    told = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in told if one not in (None, "") and _single(attribute, one) is None)


def tells(attribute: Attribute, value: Value) -> bool:
    """Whether a block has to say this. An attribute that isn't shown, or shows what nobody may write, it can't."""
    if attribute.name == "priority" or value is None:
        return False
    if attribute.required:
        return True
    nothing = Directory()
    if attribute.default is None:
        return normal(attribute, value, nothing) != normal(attribute, None, nothing)
    return not same(attribute, value, attribute.default.value, nothing)


def _single(attribute: Attribute, value: Value) -> Value:
    if value is None or value == "":
        return value
    if isinstance(value, str) and not _is_whole(value):
        return None
    match attribute.type:
        case Type.ENUMERATION | Type.ENUMERATIONS:
            known = {word.casefold(): word for word in attribute.values}
            return known.get(str(value).casefold())
        case Type.SIZE:
            return _size(value)
        case Type.TIMESTAMP:
            return _moment(value)
        case Type.BOOLEAN:
            return value if isinstance(value, bool) else None
        case Type.INTEGER:
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case _ if not isinstance(value, str):
            return None
        case _ if attribute.form is Form.ADDRESS_SPACE:
            found = _COST.match(value)
            return value if found is None else found["space"]
        case _:
            return value


def _is_whole(text: str) -> bool:
    """Whether a text can be written to a file at all: half a character (a lone surrogate) can't."""
    return not any("\ud800" <= mark <= "\udfff" for mark in text)


def _size(value: Value) -> Value:
    bytes = size(value)
    if not isinstance(bytes, int):
        return None
    unit, factor = next((one for one in _UNITS if bytes and bytes % one[1] == 0), ("B", 1))
    return f"{bytes // factor}{unit}"


def _moment(value: Value) -> Value:
    found = timestamp(value)
    return timestamps.normalised(found) if isinstance(found, datetime) else None
