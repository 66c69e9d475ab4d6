"""Filling in: TOML data becomes an expression, with variables and locals in their places and references checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, escaped
from mailform.configuration.holes import answer_of, as_text
from mailform.configuration.plain import DEEPEST, Unfit, plain
from mailform.configuration.positions import Path
from mailform.configuration.references import Hole, Malformed, pieces
from mailform.configuration.scope import BROKEN_VALUE, LARGEST, Filled, Scope
from mailform.diagnostics import Position
from mailform.expression import Expression, Items, Reference, Table, Template


def filled(data: object, block: Block, path: Path, scope: Scope, findings: Findings) -> Filled:
    """The data at `path` of a block as an expression."""
    match data:
        case str():
            return _text(data, block, path, scope, findings)
        case list():
            items: dict[str | int, Filled] = {
                index: filled(item, block, (*path, index), scope, findings) for index, item in enumerate(data)
            }
            expressions = tuple(item.expression for item in items.values())
            whole = Items(expressions) if any(map(_is_open, expressions)) else _values(expressions)
            return _whole(items, whole, block, path, findings)
        case dict():
            entries: dict[str | int, Filled] = {
                key: filled(item, block, (*path, key), scope, findings) for key, item in data.items()
            }
            table = {str(key): entry.expression for key, entry in entries.items()}
            is_open = any(map(_is_open, table.values()))
            whole = Table(table) if is_open else _table(table)
            return _whole(entries, whole, block, path, findings)
        case _:
            try:
                return Filled(plain(data))  # a number, a boolean or a date: always small
            except Unfit as error:
                findings.error("bad-value", error.message, block.value(*path), "write another value")
                return BROKEN_VALUE


def _gathered(parts: Iterable[Filled], whole: Expression, size: int, depth: int = 0) -> Filled:
    told = tuple(parts)
    return Filled(whole, any(part.sensitive for part in told), any(part.broken for part in told), size, depth)


def _whole(
    parts: Mapping[str | int, Filled], whole: Expression, block: Block, path: Path, findings: Findings
) -> Filled:
    size = 1 + sum(part.size for part in parts.values())
    depth = 1 + max((part.depth for part in parts.values()), default=0)
    if depth > DEEPEST:
        message = f"the value is nested deeper than {DEEPEST} levels"
        findings.error("nested-too-deeply", message, block.key(*path), "no setting needs this")
        return BROKEN_VALUE
    if size > LARGEST:
        return _too_large(block, path, findings)
    return replace(_gathered(parts.values(), whole, size, depth), parts=parts)


def _too_large(block: Block, path: Path, findings: Findings) -> Filled:
    hint = "look at what goes into it again and again"
    findings.error("too-large", f"the value has more than {LARGEST:,} characters", block.key(*path), hint)
    return BROKEN_VALUE


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
        return BROKEN_VALUE
    if len(parts) == 1 and isinstance(parts[0], Hole):
        return answer_of(parts[0], within(block.value(*path), parts[0].text), scope, findings)
    spliced: list[str | Reference] = []
    answers: list[Filled] = []
    size = 0
    for part in parts:
        if isinstance(part, str):
            spliced.append(part)
            size += len(part)
            continue
        at = within(block.value(*path), part.text)
        answer = answer_of(part, at, scope, findings)
        answers.append(answer)
        size += answer.size
        if size > LARGEST:
            return _too_large(block, path, findings)
        match answer.expression:
            case Template(parts=inner):
                spliced.extend(inner)
            case str() | int() | float() as scalar:
                spliced.append(as_text(scalar))
            case _:
                message = f"`{escaped(part.text)}` is a list or a table, which can't stand inside a text"
                findings.error("wrong-type", message, at, "let it stand alone in its string, or name one item of it")
                answers.append(BROKEN_VALUE)
    return _gathered(answers, _joined(spliced), size)


def _joined(parts: list[str | Reference]) -> Expression:
    if any(isinstance(part, Reference) for part in parts):
        # An empty text keeps a template of one reference a text: `"${a}${b}"` with `a` empty is still a string.
        return Template(tuple(parts) if len(parts) > 1 else (*parts, ""))
    return "".join(part for part in parts if isinstance(part, str))


def within(position: Position, text: str) -> Position:
    """The position of `text` in the value that begins at `position`, if it stands in the same line."""
    found = position.text.find(text, position.column - 1)
    return position if found < 0 else replace(position, column=found + 1)
