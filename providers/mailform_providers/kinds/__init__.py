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

_BY_TYPE = {Type.BOOLEAN: Form.SWITCH, Type.INTEGER: Form.NUMBER}


def _read(name: str) -> dict[str, Any]:
    read = pkgutil.get_data(__name__, f"{name}.toml")  # starts sooner than importlib.resources, and does the same
    assert read is not None, "the tables are part of the package"
    return tomllib.loads(read.decode("utf-8"))


_FORMS = _read("forms")
MEANING: Mapping[Form, str] = {Form(name): said for name, said in _FORMS["forms"].items()}
"""What of a value counts, in words, for each form that the table knows."""


def _attribute(name: str, row: Mapping[str, Any], parameter: str, forms: Mapping[str, str]) -> Attribute:
    kind_of = Type(row["type"])
    default = None
    if "default" in row:
        value = tuple(row["default"]) if isinstance(row["default"], list) else row["default"]
        default = Default(value, Source(row["source"]))
    return Attribute(
        name=name,
        parameter=parameter,
        type=kind_of,
        form=Form(forms[bare]) if (bare := name.rpartition(".")[2]) in forms else _BY_TYPE.get(kind_of, Form.TEXT),
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


def _rows(table: Mapping[str, Any], forms: Mapping[str, Any]) -> Iterator[Attribute]:
    conditions, actions = forms.get("conditions", {}), forms.get("actions", {})
    for name, row in table.get("attributes", {}).items():
        yield _attribute(name, row, row["parameter"], forms)
    for name, row in table.get("conditions", {}).items():
        yield _attribute(f"conditions.{name}", row, row["parameter"], conditions)
    for name, row in table.get("conditions", {}).items():
        yield _attribute(f"exceptions.{name}", row, f"ExceptIf{row['parameter']}", conditions)
    for name, row in table.get("actions", {}).items():
        yield _attribute(f"actions.{name}", row, row["parameter"], actions)


def _kind(name: str) -> Kind:
    table = _read(name)
    sections = ("conditions", "exceptions", "actions") if "conditions" in table else ()
    attributes = {found.name: found for found in _rows(table, _FORMS[name])}
    return Kind(name, table["cmdlets"], attributes, sections)


KINDS: Mapping[str, Kind] = {
    name: _kind(name) for name in (ACCEPTED_DOMAIN, OUTBOUND_CONNECTOR, INBOUND_CONNECTOR, TRANSPORT_RULE)
}
"""Every kind by its name, in the order in which things are made: a rule needs its connector, a connector its domain."""
