"""The configuration's part of a plan's JSON: what is written, and what refers to what."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.expression import Expression, Items, Table, Template, references
from mailform.render.modules_json import naming
from mailform.render.shape import Json, json, nested
from mailform.wanted import Configuration, Resource


def configured(configuration: Configuration | None) -> dict[str, Json]:
    """The configuration in Terraform's shape; an empty root module when there is none at hand. Literal parts of a
    value with references in it are left out, as Terraform does: a sensitive variable may be among them."""
    if configuration is None:
        return {"root_module": {}}
    root: dict[str, Json] = {"resources": [_resource(found) for _, found in sorted(configuration.resources.items())]}
    if configuration.outputs:
        root["outputs"] = {
            name: {
                "sensitive": block.sensitive,
                "expression": _expression(block.value, sensitive=block.sensitive),
                **({"description": block.description} if block.description else {}),
            }
            for name, block in sorted(configuration.outputs.items())
        }
    return {"provider_config": {"mailform": {"name": "mailform"}}, "root_module": root}


def _resource(found: Resource) -> dict[str, Json]:
    expressions: dict[str, Json] = {
        name: _expression(value, sensitive=name in found.sensitive) for name, value in sorted(found.attributes.items())
    }
    said: dict[str, Json] = {
        **naming(found.address),
        "provider_config_key": "mailform",
        "schema_version": 0,
        "expressions": nested(expressions),
    }
    if found.depends_on:
        said["depends_on"] = [str(address) for address in found.depends_on]
    return said


def _expression(value: Expression, *, sensitive: bool) -> Json:
    if isinstance(value, Template | Items | Table):
        return {"references": list(dict.fromkeys(_referred(value)))}
    return {} if sensitive else {"constant_value": json(value)}


def _referred(value: Expression) -> Iterator[str]:
    for reference in references(value):
        yield f"{reference.address}.{reference.attribute}"
        yield str(reference.address)
