"""An object of the tenant as the block that would describe it: what `import` gives people to paste.

Only what says something is written: what differs from the service's default, and whatever a rule's sections hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import tomli_w

from mailform.configuration import timestamps
from mailform.planning.world import ROUTE
from mailform.render.escape import toml_text
from mailform.render.shape import Json, json, nested
from mailform.spelling import referring
from mailform.wanted import Configuration
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR
from mailform_providers.kinds.schema import Attribute, Form, Kind, Type
from mailform_providers.normal import Directory, normal, same, size
from mailform_state.address import Address
from mailform_state.values import Value

_UNITS = (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10))
_COST = re.compile(r"^smtp:(?P<space>.*?)(?:;1)?$", re.IGNORECASE)


def block(address: Address, seen: Observed, configuration: Configuration) -> str:
    """The TOML of a resource that would be planned without a change. `configuration` says which connectors a rule may
    refer to by address."""
    kind = KINDS[seen.kind]
    written: dict[str, Json] = {}
    for attribute in kind.writable:
        value = _spelled(attribute, seen.attributes.get(attribute.name))
        if _tells(attribute, value):
            written[attribute.name] = _literal(value)
    route = written.get(ROUTE)
    if isinstance(route, str):
        written[ROUTE] = _reference(route, seen.attributes[ROUTE], configuration)
    table = nested(written)
    if "conditions" in kind.sections:
        table.setdefault("conditions", {})  # all messages: that has to be said
    return toml_text(tomli_w.dumps({address.kind: {address.name: _in_order(kind, table)}}))


def _in_order(kind: Kind, table: Mapping[str, Json]) -> Mapping[str, Json]:
    """The resource's own attributes first: in TOML, what follows a table belongs to it."""
    sections = [name for name in kind.sections if name in table]
    return {name: table[name] for name in [*(name for name in table if name not in sections), *sections]}


def _tells(attribute: Attribute, value: Value) -> bool:
    """Whether the block has to say this. An attribute that isn't shown, or shows what nobody may write, it can't."""
    if attribute.name == "priority" or value is None:
        return False
    if attribute.required:
        return True
    if attribute.default is None:
        nothing = Directory()
        return normal(attribute, value, nothing) != normal(attribute, None, nothing)
    return not same(attribute, value, attribute.default.value, Directory())


def _spelled(attribute: Attribute, value: Value) -> Value:
    """A value as the configuration spells it; None for one that it can't have, such as a source of `AdminUI`."""
    if isinstance(value, tuple):
        return tuple(item for item in (_single(attribute, one) for one in value) if item not in (None, ""))
    return _single(attribute, value)


def _single(attribute: Attribute, value: Value) -> Value:
    if value is None or value == "":
        return value
    if attribute.type in (Type.ENUMERATION, Type.ENUMERATIONS):
        known = {word.casefold(): word for word in attribute.values}
        return known.get(str(value).casefold())
    if attribute.type is Type.SIZE:
        return _size(value)
    if attribute.type is Type.TIMESTAMP:
        return _moment(value)
    if attribute.form is Form.ADDRESS_SPACE:
        found = _COST.match(str(value))
        return value if found is None else found["space"]
    return value


def _size(value: Value) -> Value:
    bytes = size(value)
    if not isinstance(bytes, int):
        return value
    unit, factor = next((one for one in _UNITS if bytes and bytes % one[1] == 0), ("B", 1))
    return f"{bytes // factor}{unit}"


def _moment(value: Value) -> Value:
    try:
        return timestamps.normalised(str(value))
    except ValueError:
        return value


def _literal(value: Value) -> Json:
    """A value that nobody takes for a reference."""
    match value:
        case str():
            return value.replace("${", "$${")
        case tuple():
            return [_literal(item) for item in value]
        case _:
            return json(value)


def _reference(literal: str, name: Value, configuration: Configuration) -> str:
    """A connector by its resource, where the configuration has it under this very name."""
    folded = str(name).casefold()
    for address, resource in sorted(configuration.resources.items()):
        known = resource.attributes.get("name")
        if address.kind == OUTBOUND_CONNECTOR and isinstance(known, str) and known.casefold() == folded:
            return referring(address, "name")
    return literal
