"""The wire's objects and ours: names and types, in both directions, driven by the kinds' tables.

Nothing is compared here, so values stay as the service spells them (`smtp:contoso.com;1`); the forms of the kinds say
what means the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from mailform_providers.contract import Observed
from mailform_providers.errors import ReadFailed
from mailform_providers.exchange.answers import Record
from mailform_providers.exchange.unwritable import unwritable
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute, Kind, Type
from mailform_providers.normal import timestamp
from mailform_state.values import Value

CLEARED: JsonValue = None
"""What is sent to empty an attribute, a list as well as a single value. PowerShell turns $null into it, and rules show
it for what is unset; that connectors take it too is likely, not proven. `[]` would be the other choice: change it here
and nowhere else."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
"""What 64 bits hold for certain; no priority, cost or level is as large."""

_NO_POLICY = "00000000-0000-0000-0000-000000000000"


def observed(kind: Kind, record: Record) -> Observed:
    """An object as Exchange showed it. Raises ReadFailed for one without GUID or name, which nothing could refer to."""
    keys = {key.casefold(): key for key in record}

    def shown(key: str) -> JsonValue:
        return record[keys[key.casefold()]] if key.casefold() in keys else None

    id, name = shown("Guid"), shown("Name")
    if not isinstance(id, str) or not isinstance(name, str):
        raise ReadFailed(f"{kind.cmdlets['read']} failed: it listed an object without Guid or Name.")
    return Observed(
        kind=kind.name,
        id=id.lower(),
        name=name,
        attributes=attributes(kind, record),
        facts={"priority": _integer(shown("Priority"))} if kind.name == TRANSPORT_RULE else {},
        distinguished_name=_text(shown("DistinguishedName")) or "",
        changed_by=_text(shown("LastModifiedBy")),
        changed_at=changed_at(record),
        unsupported=_unsupported(record, keys) if kind.name == TRANSPORT_RULE else None,
        unwritable=unwritable(kind, record),
    )


def changed_at(record: Record) -> str | None:
    """When an object was changed last: in UTC to the second, or as the service spells it where nobody can tell."""
    shown = {key.casefold(): entry for key, entry in record.items()}
    told = _text(shown.get("whenchangedutc")) or _text(shown.get("whenchanged"))
    moment = None if told is None else timestamp(told)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if isinstance(moment, datetime) else told


def attributes(kind: Kind, record: Record) -> Mapping[str, Value]:
    """The writable attributes that a record shows. A rule's priority isn't one: the rules' order is a fact."""
    keys = {key.casefold(): key for key in record}
    found: dict[str, Value] = {}
    for attribute in kind.writable:
        if attribute.name == "priority":
            continue
        if attribute.name == "enabled" and "state" in keys:
            found["enabled"] = _text(record[keys["state"]]) == "Enabled"
        elif attribute.parameter.casefold() in keys:
            found[attribute.name] = value(attribute, record[keys[attribute.parameter.casefold()]])
    return found


def value(attribute: Attribute, raw: JsonValue) -> Value:
    """One value in the configuration's type; as it is when it can't be one, so that it shows as a difference."""
    if raw is None:
        return None
    if attribute.is_list:
        rows = raw if isinstance(raw, list) else [raw]
        return tuple(_plain(row) for row in rows if row is not None)
    if isinstance(raw, list) and len(raw) < 2:
        return value(attribute, raw[0]) if raw else None
    match attribute.type, raw:
        case Type.INTEGER, str():
            return _integer(raw)
        case Type.BOOLEAN, "True" | "true":
            return True
        case Type.BOOLEAN, "False" | "false":
            return False
        case _:
            return _plain(raw)


def parameters(kind: Kind, wanted: Mapping[str, Value]) -> dict[str, JsonValue]:
    """Attributes as a Set- cmdlet's parameters; None, "" and () clear."""
    return {kind.attributes[name].parameter: sent(kind.attributes[name], entry) for name, entry in wanted.items()}


def initial_parameters(kind: Kind, wanted: Mapping[str, Value]) -> dict[str, JsonValue]:
    """Attributes as a New- cmdlet's parameters. What is wanted empty is left out: there is nothing to clear yet."""
    return parameters(kind, {name: entry for name, entry in wanted.items() if not empty(entry)})


def empty(entry: Value) -> bool:
    return entry is None or entry in ("", ())


def sent(attribute: Attribute, entry: Value) -> JsonValue:
    """One value as it is sent. Never an object: the service would want its own type tag on it."""
    if empty(entry):
        # A switch has no third state: the service shows false for one that nobody set.
        return False if attribute.type is Type.BOOLEAN else CLEARED
    match entry:
        case tuple():
            return [_scalar(item) for item in entry]
        case str() if attribute.type is Type.TIMESTAMP:
            return _iso(entry)
        case _:
            return _scalar(entry)


def _scalar(entry: Value) -> JsonValue:
    if isinstance(entry, str | int | float):
        return entry
    raise ValueError(f"{type(entry).__name__} can't be sent to a cmdlet")


def _iso(text: str) -> str:
    """A point in time with its zone; without one it is meant as UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _plain(raw: JsonValue) -> Value:
    match raw:
        case list():
            return tuple(_plain(row) for row in raw)
        case dict():
            return {key: _plain(entry) for key, entry in raw.items() if "@" not in key}
        case _:
            return raw


def _text(raw: JsonValue) -> str | None:
    return raw if isinstance(raw, str) and raw else None


def _integer(raw: JsonValue) -> Value:
    if isinstance(raw, str):
        return int(raw) if _INTEGER.fullmatch(raw) else raw
    return _plain(raw)


def _unsupported(record: Record, keys: Mapping[str, str]) -> str | None:
    def shown(key: str) -> JsonValue:
        return record[keys[key]] if key in keys else None

    policy = _text(shown("dlppolicyid")) or _NO_POLICY
    if shown("dlppolicy") or policy != _NO_POLICY or shown("rulesubtype") == "Dlp":
        return "made by a DLP policy"
    if shown("isruleconfigurationsupported") is False:
        return (
            _text(shown("ruleconfigurationunsupportedreason")) or "the service says that its settings aren't supported"
        )
    return None
