"""What one `${…}` stands for: variables, locals, `each`, and attributes of resources that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, assert_never

from mailform.configuration.findings import Findings, articled, did_you_mean, escaped
from mailform.configuration.positions import Path
from mailform.configuration.references import (
    AttributeName,
    EachName,
    Hole,
    Index,
    LocalName,
    ResourceName,
    Steps,
    VariableName,
)
from mailform.configuration.scope import BROKEN_VALUE, COMPUTED, Filled, Scope
from mailform.configuration.undeclared import undeclared
from mailform.diagnostics import Position
from mailform.expression import Expression, Items, Reference, Table, Template
from mailform.wanted import descend
from mailform_providers.kinds import KINDS
from mailform_state.address import Address


def answer_of(hole: Hole, at: Position, scope: Scope, findings: Findings) -> Filled:
    """What a hole stands for in a scope; broken, and why among the findings, when it stands for nothing."""
    path = _path(hole.term.path, hole, at, scope, findings)
    if path is None:
        return BROKEN_VALUE
    match hole.term:
        case VariableName(name):
            return _named(name, path, scope.variables, "variable", hole, at, findings)
        case LocalName(name):
            return _named(name, path, scope.locals, "local", hole, at, findings)
        case EachName(name):
            return _of_each(name, path, hole, at, scope, findings)
        case AttributeName(resource, attribute):
            address = instance(resource, hole.text, at, scope, findings)
            if address is None:
                return BROKEN_VALUE
            return _referred(Reference(address, attribute, path), hole, at, scope, findings)
    assert_never(hole.term)


def as_text(value: str | float) -> str:
    """A single value as it stands inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _path(steps: Steps, hole: Hole, at: Position, scope: Scope, findings: Findings) -> Path | None:
    path: list[str | int] = []
    for step in steps:
        found = _key(step, hole.text, at, scope, findings) if isinstance(step, Index) else step
        if found is None:
            return None
        path.append(found)
    return tuple(path)


def instance(resource: ResourceName, text: str, at: Position, scope: Scope, findings: Findings) -> Address | None:
    """The address of a resource that `text` names, with its key filled in; whether there is such a resource isn't
    looked at. None: the key is wrong, and said to be."""
    if resource.index is None:
        return resource.block
    key = _key(resource.index, text, at, scope, findings)
    return None if key is None else replace(resource.block, key=key)


def _key(index: Index, text: str, at: Position, scope: Scope, findings: Findings) -> str | None:
    found: list[str] = []
    for part in index.parts:
        if isinstance(part, str):
            found.append(part)
            continue
        answer = answer_of(part, at, scope, findings)
        if answer.broken:
            return None
        if answer.sensitive:
            message = f"`{escaped(part.text)}` is sensitive, so it can't be a key: keys are shown"
            findings.error("sensitive-key", message, at, "use a value that may be seen")
            return None
        if not isinstance(answer.expression, str | int | float):
            message = f"`{escaped(text)}`: a key is a text, and `{escaped(part.text)}` is none that is known offline"
            findings.error("wrong-type", message, at, "use each.key, a variable or a local")
            return None
        found.append(as_text(answer.expression))
    return "".join(found)


def _of_each(
    name: Literal["key", "value"], path: Path, hole: Hole, at: Position, scope: Scope, findings: Findings
) -> Filled:
    if scope.each is None:
        message = f"`{escaped(hole.text)}` means something only in a resource with `for_each`"
        findings.error("bad-reference", message, at, "add `for_each` to the block, or write the value itself")
        return BROKEN_VALUE
    return _part(scope.each.key if name == "key" else scope.each.value, path, f"`each.{name}`", hole, at, findings)


def _named(
    name: str, path: Path, known: Mapping[str, Filled], what: str, hole: Hole, at: Position, findings: Findings
) -> Filled:
    if name not in known:
        declare = f"declare it as [variables.{name}]" if what == "variable" else f"add `{name} = …` to [locals]"
        findings.error("undeclared", f"there is no {what} `{escaped(name)}`", at, did_you_mean(name, known, declare))
        return BROKEN_VALUE
    return _part(known[name], path, f"the {what}", hole, at, findings)


def _part(answer: Filled, path: Path, what: str, hole: Hole, at: Position, findings: Findings) -> Filled:
    while path and path[0] in answer.parts:
        answer, path = answer.parts[path[0]], path[1:]
    if answer.broken or not path:
        return answer
    try:
        return replace(answer, expression=_inside(answer.expression, path), parts={})
    except LookupError:
        message = f"`{escaped(hole.text)}`: {what} has no such part"
        findings.error("no-such-part", message, at, "look at what it holds")
        return BROKEN_VALUE


def _inside(expression: Expression, path: Path) -> Expression:
    match expression:
        case Template(parts=(Reference() as reference,)):
            return Template((replace(reference, path=(*reference.path, *path)),))
        case Items() | Table() if not path:
            return expression
        case Items(items):
            if not isinstance(path[0], int):
                raise LookupError(path[0])
            return _inside(items[path[0]], path[1:])
        case Table(entries):
            if not isinstance(path[0], str):
                raise LookupError(path[0])
            return _inside(entries[path[0]], path[1:])
        case Template():
            if path:
                raise LookupError(path[0])
            return expression
        case _:
            return descend(expression, path)


def _referred(reference: Reference, hole: Hole, at: Position, scope: Scope, findings: Findings) -> Filled:
    address, attribute = reference.address, reference.attribute
    if not scope.resources:
        findings.error("bad-reference", "only variables can stand here", at, "write it out, or use a variable")
        return BROKEN_VALUE
    if scope.early:
        return Filled(Template((reference,)))
    if address.block in scope.keys and scope.keys[address.block] is None:
        return BROKEN_VALUE
    if address not in scope.written:
        found = undeclared(address, at, scope.keys, scope.written)
        if found.code == "needs-key" and scope.each is not None:
            found = replace(found, hint=f"{found.hint}; the one with the same key: `{address}[each.key]`")
        findings.extend([found])
        return BROKEN_VALUE
    if address == scope.owner:
        findings.error(
            "self-reference", f"`{escaped(hole.text)}` refers to its own resource", at, "write the value itself"
        )
        return BROKEN_VALUE
    if attribute not in scope.written[address] and attribute not in COMPUTED[address.kind]:
        _unanswerable(address, attribute, at, scope, findings)
        return BROKEN_VALUE
    return Filled(Template((reference,)))


def _unanswerable(address: Address, attribute: str, at: Position, scope: Scope, findings: Findings) -> None:
    known = (*KINDS[address.kind].attributes, *COMPUTED[address.kind])
    if attribute in known:
        message = f"`{address}` doesn't write `{attribute}`, so there is nothing to refer to"
        findings.error("unwritten-attribute", message, at, f"write `{attribute}` in [{address}], or the value here")
    else:
        hint = did_you_mean(attribute, known, f"it writes {', '.join(sorted(scope.written[address]))}")
        findings.error(
            "unknown-attribute", f"{articled(address.kind)} has no attribute `{escaped(attribute)}`", at, hint
        )
