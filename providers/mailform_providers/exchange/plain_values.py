"""What ConvertTo-Json does to values, undone: wrapped words and lists, dates in the exporter's own spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from mailform_providers.exchange.answers import Record
from mailform_providers.kinds.schema import Attribute, Form, Kind, Type

_LOCAL = re.compile(
    r"(?P<one>\d{1,4})(?P<mark>[/.\-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4}),?"
    r"(?:\s+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_WORDLESS = (Form.ADDRESS_SPACE, Form.DOMAIN, Form.HOST, Form.IP)
"""Forms in which no single value has a blank: a text with one is a list that ConvertTo-Json ran together. So it is of
addresses, but a recipient may also be shown by a name of two words."""


def record(kind: Kind, row: Mapping[str, JsonValue]) -> Record:
    """A record as the service would have sent it, without sidecar keys."""
    by_key = {found.parameter.casefold(): found for found in kind.attributes.values()}
    plain = {key: unwrapped(entry) for key, entry in row.items() if "@" not in key}
    return {key: _fitting(by_key.get(key.casefold()), entry) for key, entry in plain.items()}


def unwrapped(entry: JsonValue) -> JsonValue:
    """`{"value": 1, "Value": "Enforce"}` is Enforce, `{"value": […], "Count": 2}` the list, `{"value": "/Date(0)/",
    "DateTime": "…"}` the date."""
    match entry:
        case list():
            return [unwrapped(item) for item in entry]
        case {"value": list() as items, "Count": _}:
            return [unwrapped(item) for item in items]
        case {"value": int(), "Value": str() as word}:
            return word
        case {"value": str() as moment, "DateTime": _}:
            return moment
        case _:
            return entry


def _fitting(attribute: Attribute | None, entry: JsonValue) -> JsonValue:
    if attribute is None:
        return entry
    if attribute.type is Type.TIMESTAMP and isinstance(entry, str):
        return local_moment(entry)
    if attribute.is_list and isinstance(entry, str):
        parts = entry.split()
        runs_together = attribute.form in _WORDLESS or (
            attribute.form is Form.ADDRESS and all("@" in one for one in parts)
        )
        return list(parts) if runs_together else entry
    return entry


def local_moment(text: str) -> str:
    """A date in the exporter's spelling as ISO 8601, where only one reading of it is right; otherwise as it is. Its
    zone isn't known, so it is taken as UTC."""
    found = _LOCAL.fullmatch(text.strip())
    if found is None:
        return text
    one, two, three = (int(found[name]) for name in ("one", "two", "three"))
    if len(found["one"]) == 4:
        year, month, day = one, two, three
    elif found["mark"] == "." or one > 12:
        day, month, year = one, two, three
    elif found["half"] or two > 12:
        month, day, year = one, two, three
    else:
        return text  # 3/4/2027 is a day in March or in April
    hour, minute, second = (*map(int, (found["time"] or "0:00").split(":")), 0)[:3]
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    try:
        return datetime(year, month, day, hour, minute, second).isoformat() + "Z"
    except ValueError:
        return text
