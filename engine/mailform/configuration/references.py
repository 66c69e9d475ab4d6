"""References in text: what `${…}` says. Whether there is such a thing is for `substitution` to find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mailform.configuration.findings import did_you_mean, escaped
from mailform.expression import Reference
from mailform_providers.kinds import KINDS
from mailform_state.address import Address


@dataclass(frozen=True, slots=True)
class VariableName:
    """`${var.x}`"""

    name: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalName:
    """`${local.x}`"""

    name: str
    path: tuple[str | int, ...] = ()


Term: TypeAlias = VariableName | LocalName | Reference


@dataclass(frozen=True, slots=True)
class Hole:
    """One `${…}` of a text, as it is written and what it refers to."""

    text: str
    term: Term


class Malformed(ValueError):
    """`text` (a `${…}`, or the rest of the string from one) isn't a reference."""

    def __init__(self, text: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.text = text
        self.message = message
        self.hint = hint


HOLE = r"\$\{[^}]*\}"
"""A text with a reference in it, as a pattern."""

_MARK = re.compile(r"\$\$\{|\$\{")
_WORDS = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[[0-9]{1,6}\])*", re.ASCII)
_STEP = re.compile(r"\[([0-9]+)\]|([\w-]+)", re.ASCII)
_SHAPES = "write ${kind.name.attribute}, ${var.name} or ${local.name}; there are no functions and no operators"


def pieces(text: str) -> tuple[str | Hole, ...]:
    """The literal pieces and the holes of a text; `$${` is a literal `${`. Raises Malformed."""
    return tuple(piece for piece in _pieces(text) if piece != "")


def _pieces(text: str) -> Iterator[str | Hole]:
    at = 0
    literal: list[str] = []
    while (mark := _MARK.search(text, at)) is not None:
        literal.append(text[at : mark.start()])
        if mark[0] == "$${":
            literal.append("${")
            at = mark.end()
            continue
        end = text.find("}", mark.end())
        if end < 0:
            raise Malformed(
                text[mark.start() :], "a reference isn't closed", "close it with }, or write $${ for a literal ${"
            )
        yield "".join(literal)
        literal.clear()
        at = end + 1
        yield Hole(text[mark.start() : at], _term(text[mark.start() : at]))
    yield "".join([*literal, text[at:]])


def _term(hole: str) -> Term:
    inside = hole[2:-1].strip()
    if _WORDS.fullmatch(inside) is None:
        raise Malformed(hole, f"`{escaped(hole)}` is no reference", _SHAPES)
    steps = [int(index) if index else word for index, word in _STEP.findall(inside)]
    words = [step for step in steps[:3] if isinstance(step, str)]
    match words:
        case ["var", name, *_]:
            return VariableName(name, tuple(steps[2:]))
        case ["local", name, *_]:
            return LocalName(name, tuple(steps[2:]))
        case ["module" | "each" as reserved, *_]:
            raise Malformed(
                hole, f"`{reserved}` is reserved: this version doesn't have it yet", "refer to a resource directly"
            )
        case [kind, _, _] if kind in KINDS:
            return _reference(hole, kind, steps)
        case [kind, *_] if kind in KINDS:
            raise Malformed(hole, f"`{escaped(hole)}` names no attribute", f"write ${{{kind}.name.attribute}}")
        case [kind, *_]:
            hint = did_you_mean(kind, (*KINDS, "var", "local"), _SHAPES)
            raise Malformed(hole, f"`{escaped(hole)}` refers to nothing: there is no kind `{escaped(kind)}`", hint)
        case _:
            raise Malformed(hole, f"`{escaped(hole)}` is no reference", _SHAPES)


def _reference(hole: str, kind: str, steps: list[str | int]) -> Reference:
    name, attribute, rest = str(steps[1]), str(steps[2]), steps[3:]
    if attribute in KINDS[kind].sections:
        if not rest or not isinstance(rest[0], str):
            raise Malformed(hole, f"`{escaped(hole)}` names a whole section", f"name one attribute of `{attribute}`")
        attribute, rest = f"{attribute}.{rest[0]}", rest[1:]
    return Reference(Address(kind, name), attribute, tuple(rest))
