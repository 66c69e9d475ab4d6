"""Attributes by their full names (`conditions.from_scope`), and nested as the configuration writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from mailform_state.values import Value

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
"""What `json.dumps` takes as it is: lists and dictionaries, no tuples."""


def json(value: Value) -> Json:
    """A value in terms of JSON. Tables are sorted by key, so that the same value always looks the same."""
    match value:
        case tuple():
            return [json(item) for item in value]
        case Mapping():
            return {key: json(value[key]) for key in sorted(value)}
        case _:
            return value


def nested(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """Attributes as the configuration writes them: `conditions.from_scope` stands in a table `conditions`."""
    found: dict[str, Json] = {}
    for name, value in attributes.items():
        section, dot, rest = name.partition(".")
        if not dot:
            found[name] = value
            continue
        table = found.setdefault(section, {})
        assert isinstance(table, dict), f"{section} is both a value and a section"
        table[rest] = value
    return found


def flat(attributes: Mapping[str, Json], sections: frozenset[str]) -> dict[str, Json]:
    """The way back from `nested`. `sections` are the tables that are sections; any other table is a value."""
    return dict(_flat(attributes, sections))


def _flat(attributes: Mapping[str, Json], sections: frozenset[str]) -> Iterator[tuple[str, Json]]:
    for name, value in attributes.items():
        if name in sections and isinstance(value, dict):
            yield from ((f"{name}.{inner}", held) for inner, held in value.items())
        else:
            yield name, value
