"""Where things stand in a TOML text: statements, keys and values as spans, in a tree.

It reads text that `tomllib` has accepted already, and gives no values: those are tomllib's. On other text its answer
means nothing. `positions` makes places of the tree, `fmt` makes canonical text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 64
"""How deep arrays and inline tables may nest. No mail flow needs more, and every walk over the tree may recurse."""

_BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_ATOM = re.compile(r"[^,\]}#\n]++")
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)


class TooDeep(ValueError):
    """Arrays or inline tables nest deeper than MAX_DEPTH; `offset` is where."""

    def __init__(self, offset: int) -> None:
        super().__init__("nested too deeply")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Key:
    """One part of a dotted key, as it is meant (`text`) and where it is written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Atom:
    """A string, number, boolean or date."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Array:
    """`[ … ]`"""

    start: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InlineTable:
    """`{ … }`"""

    start: int
    end: int
    pairs: tuple[Pair, ...]


Node: TypeAlias = Atom | Array | InlineTable


@dataclass(frozen=True, slots=True)
class Pair:
    """`key = value`"""

    keys: tuple[Key, ...]
    value: Node

    @property
    def start(self) -> int:
        return self.keys[0].start

    @property
    def end(self) -> int:
        return self.value.end


@dataclass(frozen=True, slots=True)
class Header:
    """`[table]`, or `[[table]]` when `repeated`."""

    keys: tuple[Key, ...]
    repeated: bool
    start: int
    end: int


Statement: TypeAlias = Pair | Header


def statements(text: str) -> Iterator[Statement]:
    """The statements of a valid TOML text whose lines end with a bare LF. Raises TooDeep."""
    at = _after(_BLANK, text, 0)
    while at < len(text):
        statement: Statement = _header(text, at) if text[at] == "[" else _pair(text, at, 0)
        yield statement
        at = _after(_BLANK, text, statement.end)


def _header(text: str, start: int) -> Header:
    brackets = 2 if text.startswith("[[", start) else 1
    keys = _keys(text, start + brackets)
    return Header(keys, brackets == 2, start, _after(_SPACE, text, keys[-1].end) + brackets)


def _pair(text: str, start: int, depth: int) -> Pair:
    keys = _keys(text, start)
    equals = _after(_SPACE, text, keys[-1].end)
    return Pair(keys, _value(text, _after(_SPACE, text, equals + 1), depth))


def _keys(text: str, at: int) -> tuple[Key, ...]:
    keys = [_key(text, _after(_SPACE, text, at))]
    while text.startswith(".", dot := _after(_SPACE, text, keys[-1].end)):
        keys.append(_key(text, _after(_SPACE, text, dot + 1)))
    return tuple(keys)


def _key(text: str, start: int) -> Key:
    if text[start] not in "\"'":
        end = _after(_BARE_KEY, text, start)
        return Key(text[start:end], start, end)
    end = _after(_STRING, text, start)
    written = text[start:end]
    meant = str(tomllib.loads(f"key = {written}")["key"]) if "\\" in written else written[1:-1]
    return Key(meant, start, end)


def _value(text: str, start: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise TooDeep(start)
    match text[start]:
        case "[":
            return _array(text, start, depth)
        case "{":
            return _inline_table(text, start, depth)
        case '"' | "'":
            return Atom(start, _after(_STRING, text, start))
        case _:
            end = _after(_ATOM, text, start)
            return Atom(start, start + len(text[start:end].rstrip(" \t")))


def _array(text: str, start: int, depth: int) -> Array:
    items: list[Node] = []
    at = _after(_BLANK, text, start + 1)
    while text[at] != "]":
        items.append(_value(text, at, depth + 1))
        at = _after_comma(text, items[-1].end)
    return Array(start, at + 1, tuple(items))


def _inline_table(text: str, start: int, depth: int) -> InlineTable:
    pairs: list[Pair] = []
    at = _after(_BLANK, text, start + 1)
    while text[at] != "}":
        pairs.append(_pair(text, at, depth + 1))
        at = _after_comma(text, pairs[-1].end)
    return InlineTable(start, at + 1, tuple(pairs))


def _after_comma(text: str, at: int) -> int:
    at = _after(_BLANK, text, at)
    return _after(_BLANK, text, at + 1) if text[at] == "," else at


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
