"""The four kinds, read once from the tables beside this file.

`KINDS` is data: what may be written about a kind, never what to do with it.
"""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from mailform_providers.kinds.schema import Attribute, Default, Form, Kind, Refusal, Source, Type

OUTBOUND_CONNECTOR = "outbound_connector"
INBOUND_CONNECTOR = "inbound_connector"
TRANSPORT_RULE = "transport_rule"
ACCEPTED_DOMAIN = "accepted_domain"

_FORMS = {
    Type.ENUMERATION: Form.FOLDED,
    Type.ENUMERATIONS: Form.FOLDED,
    Type.GUID: Form.FOLDED,
    Type.SIZE: Form.SIZE,
    Type.TIMESTAMP: Form.TIMESTAMP,
    Type.BOOLEAN: Form.PLAIN,
    Type.INTEGER: Form.PLAIN,
}


def _attribute(name: str, row: Mapping[str, Any], parameter: str) -> Attribute:
    kind_of = Type(row["type"])
    default = None
    if "default" in row:
        value = tuple(row["default"]) if isinstance(row["default"], list) else row["default"]
        default = Default(value, Source(row["source"]))
    return Attribute(
        name=name,
        parameter=parameter,
        type=kind_of,
        form=Form(row["form"]) if "form" in row else _FORMS.get(kind_of, Form.TEXT),
        values=tuple(row.get("values", ())),
        max_length=row.get("max_length"),
        create=row.get("create", True),
        update=row.get("update", True),
        required=row.get("required", False),
        on_premises=row.get("on_premises", False),
        refused=Refusal[row["refused"].upper()] if "refused" in row else None,
        default=default,
        implied_by=f"{name.rpartition('.')[0]}.{row['implied_by']}" if "implied_by" in row else None,
        implied=row.get("implied"),
        follows=row.get("follows"),
    )


def _rows(table: Mapping[str, Any]) -> Iterator[Attribute]:
    for name, row in table.get("attributes", {}).items():
        yield _attribute(name, row, row["parameter"])
    for name, row in table.get("conditions", {}).items():
        yield _attribute(f"conditions.{name}", row, row["parameter"])
    for name, row in table.get("conditions", {}).items():
        yield _attribute(f"exceptions.{name}", row, f"ExceptIf{row['parameter']}")
    for name, row in table.get("actions", {}).items():
        yield _attribute(f"actions.{name}", row, row["parameter"])


def _kind(name: str) -> Kind:
    read = pkgutil.get_data(__name__, f"{name}.toml")  # starts sooner than importlib.resources, and does the same
    assert read is not None, "the tables are part of the package"
    table = tomllib.loads(read.decode("utf-8"))
    sections = ("conditions", "exceptions", "actions") if "conditions" in table else ()
    return Kind(name, table["cmdlets"], {found.name: found for found in _rows(table)}, sections)


KINDS: Mapping[str, Kind] = {
    name: _kind(name) for name in (ACCEPTED_DOMAIN, OUTBOUND_CONNECTOR, INBOUND_CONNECTOR, TRANSPORT_RULE)
}
"""Every kind by its name, in the order in which things are made: a rule needs its connector, a connector its domain."""
