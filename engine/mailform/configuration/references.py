"""References in text: what `${…}` says. Whether there is such a thing is for `substitution` to find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mailform.configuration.findings import did_you_mean, escaped
from mailform_providers.kinds import KINDS
from mailform_state import visible
from mailform_state.address import Address

Steps: TypeAlias = "tuple[str | int | Index, ...]"
"""What follows a name: `.key`, `[n]`, `["key"]`."""


@dataclass(frozen=True, slots=True)
class Index:
    """`["…"]`, which may have holes of its own, or `[each.key]`: a step that is known once they are filled in."""

    parts: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class VariableName:
    """`${var.x}`"""

    name: str
    path: Steps = ()


@dataclass(frozen=True, slots=True)
class LocalName:
    """`${local.x}`"""

    name: str
    path: Steps = ()


@dataclass(frozen=True, slots=True)
class EachName:
    """`${each.key}`, `${each.value}`"""

    name: Literal["key", "value"]
    path: Steps = ()


@dataclass(frozen=True, slots=True)
class ResourceName:
    """`kind.name`, or `kind.name["key"]`. `block` has no key; it is the address alone when there is no `index`."""

    block: Address
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class AttributeName:
    """`${kind.name.attribute}`; of an instance `${kind.name["key"].attribute}`."""

    resource: ResourceName
    attribute: str
    path: Steps = ()


Term: TypeAlias = VariableName | LocalName | EachName | AttributeName


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
_END = re.compile(r'(?:[^"}]++|"(?:[^"\\]++|\\.)*+")*+\}', re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_NAMED = r"(?:each|var|local)(?:\.[\w-]+|\[[0-9]{1,6}\])+"
_STEP = re.compile(
    rf'\.(?P<word>[\w-]+)|\[(?:(?P<number>[0-9]{{1,6}})|"(?P<text>(?:[^"\\]|\\.)*+)"|(?P<named>{_NAMED}))\]',
    re.ASCII | re.DOTALL,
)
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
        end = _end(text, mark.end())
        if end < 0:
            raise Malformed(
                text[mark.start() :], "a reference isn't closed", "close it with }, or write $${ for a literal ${"
            )
        yield "".join(literal)
        literal.clear()
        at = end + 1
        yield Hole(text[mark.start() : at], _term(text[mark.start() : at]))
    yield "".join([*literal, text[at:]])


def _end(text: str, start: int) -> int:
    """Where the `}` is that closes a hole; one in the quotes of a key doesn't."""
    closed = _END.match(text, start)
    return text.find("}", start) if closed is None else closed.end() - 1


def resource_named(text: str) -> ResourceName:
    """The resource that a text names by its address alone. Raises Malformed."""
    match _steps(text, text):
        case [str(kind), str(name)] if kind in KINDS:
            return ResourceName(Address(kind, name))
        case [str(kind), str(name), Index() as index] if kind in KINDS:
            return ResourceName(Address(kind, name), index)
        case _:
            raise Malformed(text, f"`{escaped(text)}` is no address", "write kind.name")


def inner(term: Term) -> Iterator[Term]:
    """A term, and those in its brackets."""
    yield term
    for step in (term.resource.index, *term.path) if isinstance(term, AttributeName) else term.path:
        if isinstance(step, Index):
            yield from (part.term for part in step.parts if isinstance(part, Hole))


def _steps(text: str, whole: str) -> list[str | int | Index]:
    """The words, numbers and keys of a reference, which is `whole` with what is around it. Raises Malformed."""
    step = _WORD.match(text)
    steps: list[str | int | Index] = [] if step is None else [step[0]]
    while step is not None and step.end() < len(text):
        step = _STEP.match(text, step.end())
        if step is not None:
            steps.append(int(step["number"]) if step["number"] else step["word"] or _index(step))
    if step is None:
        raise Malformed(whole, f"`{escaped(whole)}` is no reference", _SHAPES)
    return steps


def _index(step: re.Match[str]) -> Index:
    if step["named"]:
        return Index(pieces(f"${{{step['named']}}}"))
    parts = tuple(_read(part, step[0]) if isinstance(part, str) else part for part in pieces(step["text"]))
    for part in parts:
        if isinstance(part, Hole) and isinstance(part.term, AttributeName):
            hint = "use each.key, a variable or a local"
            raise Malformed(part.text, f"a key can't come from another resource, as `{escaped(part.text)}` does", hint)
    return Index(parts)


def _read(text: str, step: str) -> str:
    try:
        return visible.read(text)
    except ValueError as error:
        raise Malformed(step, f"`{escaped(step)}` is no key: {escaped(str(error))}", "write the character") from error


def _term(hole: str) -> Term:
    match _steps(hole[2:-1].strip(), hole):
        case ["var", str(name), *rest]:
            return VariableName(name, tuple(rest))
        case ["local", str(name), *rest]:
            return LocalName(name, tuple(rest))
        case ["each", ("key" | "value") as name, *rest]:
            return EachName("key" if name == "key" else "value", tuple(rest))
        case ["each", *_]:
            raise Malformed(hole, f"`{escaped(hole)}` refers to nothing", "write ${each.key} or ${each.value}")
        case ["module", *_]:
            raise Malformed(
                hole, "`module` is reserved: this version doesn't have it yet", "refer to a resource directly"
            )
        case [str(kind), str(name), str(attribute), *rest] if kind in KINDS:
            return _attribute(hole, ResourceName(Address(kind, name)), attribute, rest)
        case [str(kind), str(name), Index() as index, str(attribute), *rest] if kind in KINDS:
            return _attribute(hole, ResourceName(Address(kind, name), index), attribute, rest)
        case [str(kind), *_] if kind in KINDS:
            raise Malformed(hole, f"`{escaped(hole)}` names no attribute", f"write ${{{kind}.name.attribute}}")
        case [str(kind), *_] if kind not in ("var", "local"):
            hint = did_you_mean(kind, (*KINDS, "var", "local"), _SHAPES)
            raise Malformed(hole, f"`{escaped(hole)}` refers to nothing: there is no kind `{escaped(kind)}`", hint)
        case _:
            raise Malformed(hole, f"`{escaped(hole)}` is no reference", _SHAPES)


def _attribute(hole: str, resource: ResourceName, name: str, rest: list[str | int | Index]) -> AttributeName:
    if name in KINDS[resource.block.kind].sections:
        if not rest or not isinstance(rest[0], str):
            raise Malformed(hole, f"`{escaped(hole)}` names a whole section", f"name one attribute of `{name}`")
        name, rest = f"{name}.{rest[0]}", rest[1:]
    return AttributeName(resource, name, tuple(rest))
