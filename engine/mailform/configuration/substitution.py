"""Filling in: TOML data becomes an expression, with variables and locals in their places and references checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, articled, did_you_mean, escaped
from mailform.configuration.plain import DEEPEST, Unfit, plain
from mailform.configuration.positions import Path
from mailform.configuration.references import Hole, LocalName, Malformed, VariableName, pieces
from mailform.configuration.scope import COMPUTED, LARGEST, Filled, Scope
from mailform.diagnostics import Position
from mailform.expression import Expression, Items, Reference, Table, Template
from mailform.wanted import descend
from mailform_providers.kinds import KINDS
from mailform_state.address import Address

_BROKEN = Filled("", broken=True)


def filled(data: object, block: Block, path: Path, scope: Scope, findings: Findings) -> Filled:
    """The data at `path` of a block as an expression."""
    match data:
        case str():
            return _text(data, block, path, scope, findings)
        case list():
            items = [filled(item, block, (*path, index), scope, findings) for index, item in enumerate(data)]
            expressions = tuple(item.expression for item in items)
            whole = Items(expressions) if any(map(_is_open, expressions)) else _values(expressions)
            return _whole(items, whole, block, path, findings)
        case dict():
            entries = {key: filled(item, block, (*path, key), scope, findings) for key, item in data.items()}
            table = {key: entry.expression for key, entry in entries.items()}
            is_open = any(map(_is_open, table.values()))
            whole = Table(table) if is_open else _table(table)
            return _whole([*entries.values()], whole, block, path, findings)
        case _:
            try:
                return Filled(plain(data))  # a number, a boolean or a date: always small
            except Unfit as error:
                findings.error("bad-value", error.message, block.value(*path), "write another value")
                return _BROKEN


def _gathered(parts: list[Filled], whole: Expression, size: int, depth: int = 0) -> Filled:
    return Filled(whole, any(part.sensitive for part in parts), any(part.broken for part in parts), size, depth)


def _whole(parts: list[Filled], whole: Expression, block: Block, path: Path, findings: Findings) -> Filled:
    size = 1 + sum(part.size for part in parts)
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > DEEPEST:
        message = f"the value is nested deeper than {DEEPEST} levels"
        findings.error("nested-too-deeply", message, block.key(*path), "no setting needs this")
        return _BROKEN
    return _too_large(block, path, findings) if size > LARGEST else _gathered(parts, whole, size, depth)


def _too_large(block: Block, path: Path, findings: Findings) -> Filled:
    hint = "look at what goes into it again and again"
    findings.error("too-large", f"the value has more than {LARGEST:,} characters", block.key(*path), hint)
    return _BROKEN


def _is_open(expression: Expression) -> bool:
    return isinstance(expression, Template | Items | Table)


def _values(expressions: tuple[Expression, ...]) -> Expression:
    return tuple(one for one in expressions if not isinstance(one, Template | Items | Table))


def _table(entries: Mapping[str, Expression]) -> Expression:
    return {key: one for key, one in entries.items() if not isinstance(one, Template | Items | Table)}


def _text(text: str, block: Block, path: Path, scope: Scope, findings: Findings) -> Filled:
    try:
        parts = pieces(text)
    except Malformed as error:
        at = within(block.value(*path), error.text)
        findings.error("bad-reference", error.message, at, error.hint)
        return _BROKEN
    if len(parts) == 1 and isinstance(parts[0], Hole):
        return _answer(parts[0], within(block.value(*path), parts[0].text), scope, findings)
    spliced: list[str | Reference] = []
    answers: list[Filled] = []
    size = 0
    for part in parts:
        if isinstance(part, str):
            spliced.append(part)
            size += len(part)
            continue
        at = within(block.value(*path), part.text)
        answer = _answer(part, at, scope, findings)
        answers.append(answer)
        size += answer.size
        if size > LARGEST:
            return _too_large(block, path, findings)
        match answer.expression:
            case Template(parts=inner):
                spliced.extend(inner)
            case str() | int() | float() as scalar:
                spliced.append(_as_text(scalar))
            case _:
                message = f"`{escaped(part.text)}` is a list or a table, which can't stand inside a text"
                findings.error("wrong-type", message, at, "let it stand alone in its string, or name one item of it")
                answers.append(_BROKEN)
    return _gathered(answers, _joined(spliced), size)


def _joined(parts: list[str | Reference]) -> Expression:
    if any(isinstance(part, Reference) for part in parts):
        # An empty text keeps a template of one reference a text: `"${a}${b}"` with `a` empty is still a string.
        return Template(tuple(parts) if len(parts) > 1 else (*parts, ""))
    return "".join(part for part in parts if isinstance(part, str))


def _as_text(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def within(position: Position, text: str) -> Position:
    """The position of `text` in the value that begins at `position`, if it stands in the same line."""
    found = position.text.find(text, position.column - 1)
    return position if found < 0 else replace(position, column=found + 1)


def _answer(hole: Hole, at: Position, scope: Scope, findings: Findings) -> Filled:
    match hole.term:
        case VariableName(name, path):
            return _named(name, path, scope.variables, "variable", hole, at, findings)
        case LocalName(name, path):
            return _named(name, path, scope.locals, "local", hole, at, findings)
        case Reference() as reference:
            return _referred(reference, hole, at, scope, findings)


def _named(
    name: str, path: Path, known: Mapping[str, Filled], what: str, hole: Hole, at: Position, findings: Findings
) -> Filled:
    if name not in known:
        declare = f"declare it as [variables.{name}]" if what == "variable" else f"add `{name} = …` to [locals]"
        findings.error("undeclared", f"there is no {what} `{escaped(name)}`", at, did_you_mean(name, known, declare))
        return _BROKEN
    answer = known[name]
    if answer.broken or not path:
        return answer
    try:
        return replace(answer, expression=_inside(answer.expression, path))
    except LookupError:
        message = f"`{escaped(hole.text)}`: the {what} has no such part"
        findings.error("no-such-part", message, at, f"look at what `{name}` holds")
        return _BROKEN


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
        return _BROKEN
    if address not in scope.written:
        same_kind = [str(known) for known in scope.written if known.kind == address.kind]
        hint = did_you_mean(str(address), same_kind, f"add [{address}], or refer to one that is there")
        findings.error("undeclared", f"there is no resource `{address}` in the configuration", at, hint)
        return _BROKEN
    if address == scope.owner:
        findings.error(
            "self-reference", f"`{escaped(hole.text)}` refers to its own resource", at, "write the value itself"
        )
        return _BROKEN
    if attribute not in scope.written[address] and attribute not in COMPUTED[address.kind]:
        _unanswerable(address, attribute, at, scope, findings)
        return _BROKEN
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
