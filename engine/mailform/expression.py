"""Expressions: values with references in them, `"${outbound_connector.x.name}"`, and what they come to.

An expression is a value of its own, so that what is known only at apply can be carried through a plan and finished
then. Parsing text into one is in `configuration.references`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mailform_state.address import Address
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class Reference:
    """`${kind.name.attribute}` with the steps after it (`.key`, `[n]`)."""

    address: Address
    attribute: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A string made of literal pieces and references. Of a single reference alone, the value keeps its type."""

    parts: tuple[str | Reference, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of which at least one item is an expression."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of which at least one value is an expression."""

    entries: Mapping[str, Expression]


Expression: TypeAlias = "Value | Template | Items | Table"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only apply can know, such as the GUID of an object still to be made. `(known after apply)`."""

    expression: Template | Items | Table


Lookup: TypeAlias = Callable[[Reference], "Value | Unknown"]
"""Answers a reference: its value, or any Unknown when it isn't known yet."""


def evaluate(expression: Expression, lookup: Lookup) -> Value | Unknown:
    """What an expression comes to; Unknown if a single part of it isn't known yet."""
    match expression:
        case Template(parts):
            if len(parts) == 1 and isinstance(parts[0], Reference):
                value = lookup(parts[0])
                return Unknown(expression) if isinstance(value, Unknown) else value
            pieces = [part if isinstance(part, str) else lookup(part) for part in parts]
            if any(isinstance(piece, Unknown) for piece in pieces):
                return Unknown(expression)
            return "".join(_text(piece) for piece in pieces if not isinstance(piece, Unknown))
        case Items(items):
            values = [evaluate(item, lookup) for item in items]
            known = tuple(value for value in values if not isinstance(value, Unknown))
            return known if len(known) == len(values) else Unknown(expression)
        case Table(entries):
            table = {key: evaluate(entry, lookup) for key, entry in entries.items()}
            found = {key: value for key, value in table.items() if not isinstance(value, Unknown)}
            return found if len(found) == len(table) else Unknown(expression)
        case _:
            return expression


def references(expression: Expression) -> Iterator[Reference]:
    """Every reference in an expression, in order."""
    match expression:
        case Template(parts):
            yield from (part for part in parts if isinstance(part, Reference))
        case Items(items):
            for item in items:
                yield from references(item)
        case Table(entries):
            for entry in entries.values():
                yield from references(entry)
        case _:
            return


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
