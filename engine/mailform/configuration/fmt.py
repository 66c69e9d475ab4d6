"""Canonical TOML text: what `mailform fmt` writes. Only space changes; comments, order and every value stay.

It uses our own scanner and no round-tripping library, so that each value is kept to the letter: nothing writes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from mailform.configuration.documents import Document, document
from mailform.configuration.syntax import Array, Atom, Header, InlineTable, Key, Node, Pair, Statement, statements
from mailform.diagnostics import Mistakes

_COMMENT = re.compile(r"[ \t]*(#[^\n]*)?")


def formatted(text: str, name: str = "mailform.toml") -> str:
    """The text in canonical form: one empty line between blocks, `key = value`, no indentation, no trailing space.

    A value over several lines keeps its lines. Line ends stay CRLF where the first one is. Raises Mistakes when the
    text isn't TOML.
    """
    parsed = document(name, text.encode("utf-8"))
    if not isinstance(parsed, Document):
        raise Mistakes((parsed,))
    lines = [*_lines(parsed.text)]
    joined = "".join(f"{line}\n" for line in _spaced(lines))
    return joined.replace("\n", "\r\n") if _is_crlf(text) else joined


def _is_crlf(text: str) -> bool:
    first = text.find("\n")
    return first > 0 and text[first - 1] == "\r"


def _lines(text: str) -> Iterator[str]:
    """Statements and comments, each an item without its end (a statement may go over lines); "" for an empty line."""
    at = 0
    for statement in statements(text):
        yield from _between(text[at : statement.start])
        at = statement.end
        comment = _COMMENT.match(text, at)
        written = _statement(text, statement)
        if comment is not None and comment[1]:
            written, at = f"{written} {comment[1].rstrip()}", comment.end()
        # The line's own end belongs to it; what follows is the space between.
        at = at if (end := text.find("\n", at)) < 0 else end + 1
        yield written
    yield from _between(text[at:])


def _between(gap: str) -> Iterator[str]:
    yield from (line.strip() for line in gap.split("\n")[:-1])
    if last := gap.rpartition("\n")[2].strip():
        yield last


def _spaced(lines: list[str]) -> Iterator[str]:
    """The lines with exactly one empty line before each block (above its comments), and never two in a row."""
    starts = {_above(lines, index) for index, line in enumerate(lines) if line.startswith("[")}
    empty = True
    for index, line in enumerate(lines):
        if (line == "" or index in starts) and not empty:
            yield ""
            empty = True
        if line:
            yield line
            empty = False


def _above(lines: list[str], header: int) -> int:
    while header > 0 and lines[header - 1].startswith("#"):
        header -= 1
    return header


def _statement(text: str, statement: Statement) -> str:
    match statement:
        case Header(keys=keys, repeated=repeated):
            dotted = _dotted(text, keys)
            return f"[[{dotted}]]" if repeated else f"[{dotted}]"
        case Pair():
            return _pair(text, statement)
    assert_never(statement)


def _pair(text: str, pair: Pair) -> str:
    return f"{_dotted(text, pair.keys)} = {_value(text, pair.value)}"


def _dotted(text: str, keys: tuple[Key, ...]) -> str:
    return ".".join(text[key.start : key.end] for key in keys)


def _value(text: str, node: Node) -> str:
    if "\n" in (written := text[node.start : node.end]):
        return written
    match node:
        case Atom():
            return written
        case Array(items=items):
            return f"[{', '.join(_value(text, item) for item in items)}]"
        case InlineTable(pairs=pairs):
            return f"{{ {', '.join(_pair(text, pair) for pair in pairs)} }}" if pairs else "{}"
    assert_never(node)
