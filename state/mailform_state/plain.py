"""Values as plain JSON data, for the state document and the journal; `shapes` is the way back.

Field names are the format: who renames a field of a value changes what old files mean, so the tests keep a written
sample of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

from mailform_state.address import Address
from mailform_state.values import Attribute, Recorded


def plain(value: object) -> object:
    """`value` in terms of JSON: a dataclass as an object of its fields, an address as its text, a set as a sorted list.

    Raises ValueError for a date without a zone. It names no type: in a union the caller has to (`journal_file`).
    """
    match value:
        case Address():
            return str(value)
        case datetime():
            return moment(value)
        case Recorded():
            return {"address": str(value.address), "kind": value.kind, **fields_of(value)}
        case Attribute() if not value.sensitive:
            return {"written": plain(value.written), "echoed": plain(value.echoed)}
        case Mapping():
            return {str(key): plain(value[key]) for key in sorted(value)}
        case tuple():
            return [plain(entry) for entry in value]
        case frozenset():
            return sorted(str(entry) for entry in value)
        case _ if is_dataclass(value):
            return fields_of(value)
        case _:
            return value


def fields_of(value: object) -> dict[str, object]:
    """A dataclass as a plain object, field by field, in the order in which they are declared."""
    assert is_dataclass(value)
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def moment(at: datetime) -> str:
    """A point in time as the files hold it: ISO 8601 in UTC. Raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
