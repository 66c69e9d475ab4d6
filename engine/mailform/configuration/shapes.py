"""Checking a fixed block against its shape: what doesn't fit becomes diagnostics where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Protocol, TypeVar, assert_never

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, did_you_mean, escaped, listed, shown
from mailform.configuration.fixed import Field, Fields, Takes
from mailform.diagnostics import Diagnostic


class Shape(Protocol):
    """A frozen dataclass whose `fields` say what its block takes."""

    fields: ClassVar[Fields]


S = TypeVar("S", bound=Shape)


def shaped(shape: type[S], block: Block, findings: Findings, *inside: str) -> S | None:
    """The block (or the table `inside` it) as its shape; None, and the mistakes among the findings, when it doesn't
    fit."""
    data = block.data
    for step in inside:
        data = data[step] if isinstance(data, dict) else None
    title = f"`{inside[-1]}`" if inside else block.title
    if not isinstance(data, dict):
        findings.error(
            "wrong-type", f"{title} has to be a table, not {_described(data)}", block.key(*inside), "write a table"
        )
        return None
    mistakes = [*_mistakes(shape.fields, data, block, inside, title)]
    findings.extend(mistakes)
    if mistakes:
        return None
    return shape(**{field.into or field.name: data[field.name] for field in shape.fields if field.name in data})


def _mistakes(
    fields: Fields, data: Mapping[str, object], block: Block, inside: tuple[str, ...], title: str
) -> Iterator[Diagnostic]:
    known = {field.name: field for field in fields}
    for field in fields:
        if field.required and field.name not in data:
            message = f"{title} has no `{field.name}`"
            yield Diagnostic("missing-attribute", message, block.position, f"add `{field.name} = …` to the block")
    for name, value in data.items():
        if name not in known:
            hint = did_you_mean(name, known, f"it takes {listed(known)}")
            yield Diagnostic(
                "unknown-attribute", f"{title} has no attribute `{escaped(name)}`", block.key(*inside, name), hint
            )
        elif not _fits(known[name], value):
            yield _mistake(known[name], value, block, inside)


def _mistake(field: Field, value: object, block: Block, inside: tuple[str, ...]) -> Diagnostic:
    at = block.value(*inside, field.name)
    if field.takes is Takes.WORD:
        hint = did_you_mean(str(value), field.values, f"write {listed(field.values)}")
        return Diagnostic("unknown-value", f"`{field.name}` can't be {_described(value)}", at, hint)
    message = f"`{field.name}` has to be {field.takes}, not {_described(value)}"
    return Diagnostic("wrong-type", message, at, f"write {field.takes}")


def _fits(field: Field, value: object) -> bool:
    match field.takes:
        case Takes.ANYTHING:
            return True
        case Takes.FLAG:
            return isinstance(value, bool)
        case Takes.LIST:
            return isinstance(value, list)
        case Takes.NAMES:
            return value == "all" or (isinstance(value, list) and all(isinstance(item, str) for item in value))
        case Takes.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Takes.TABLE:
            return isinstance(value, dict)
        case Takes.TEXT:
            return isinstance(value, str)
        case Takes.WORD:
            return isinstance(value, str) and value in field.values
    assert_never(field.takes)


def _described(value: object) -> str:
    match value:
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return shown(value)
