from __future__ import annotations

import json
from typing import Any

import pytest

from mailform.configuration.editor_schema import schema
from mailform.configuration.fixed import ImportShape, MovedShape, RemovedShape
from mailform_providers.kinds import KINDS

SCHEMA: Any = schema()


def block(kind: str) -> Any:
    (found,) = SCHEMA["properties"][kind]["patternProperties"].values()
    return found


def test_the_schema_is_json_and_closed_at_every_table() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    tables = [SCHEMA]
    while tables:
        table = tables.pop()
        inside = (*table.get("properties", {}).values(), *table.get("patternProperties", {}).values())
        if "properties" in table or "patternProperties" in table:
            assert table["additionalProperties"] is False
        tables += [one for one in inside if isinstance(one, dict)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_attribute_that_may_be_written_is_in_the_schema_and_no_other(kind: Any) -> None:
    properties = block(kind.name)["properties"]
    for attribute in kind.attributes.values():
        section, _, name = attribute.name.rpartition(".")
        table = properties[section]["properties"] if section else properties
        assert (name in table) == (attribute.refused is None)
        if name in table and attribute.values:
            assert all(value in json.dumps(table[name]) for value in attribute.values)
            assert attribute.parameter in table[name]["description"]


def test_a_reference_may_stand_for_any_value() -> None:
    enabled = block("outbound_connector")["properties"]["enabled"]["anyOf"]
    assert {"type": "string", "pattern": r"\$\{[^}]*\}"} in enabled


@pytest.mark.parametrize(("name", "shape"), [("moved", MovedShape), ("import", ImportShape), ("removed", RemovedShape)])
def test_a_list_of_blocks_takes_in_the_editor_what_it_takes_when_it_is_read(name: str, shape: Any) -> None:
    items = SCHEMA["properties"][name]["items"]
    assert list(items["properties"]) == [field.name for field in shape.fields]
    assert items["required"] == [field.name for field in shape.fields if field.required]


def test_what_is_required_is_required_in_the_editor() -> None:
    assert set(block("transport_rule")["required"]) == {"name", "conditions"}
    assert block("accepted_domain")["required"] == ["domain"]
