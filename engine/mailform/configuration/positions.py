"""Where each value of a TOML text stands: from its path in tomllib's data to its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from mailform.configuration.syntax import Array, Atom, Header, InlineTable, Key, Node, Pair, Statement

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of a document to a value in it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Offsets into the text: of the key (of a list's item: the item), and of the value (of a table: its header)."""

    key: int
    value: int


def spots(statements: Iterable[Statement]) -> Mapping[Path, Spot]:
    """The spot of every path there is. A table that is only implied stands where its name is written first."""
    found: dict[Path, Spot] = {}
    lengths: dict[Path, int] = {}
    table: Path = ()
    for statement in statements:
        match statement:
            case Header():
                table = _enter(statement, found, lengths)
            case Pair():
                _place_pair(table, statement, found)
            case _:
                assert_never(statement)
    return found


def _enter(header: Header, found: dict[Path, Spot], lengths: dict[Path, int]) -> Path:
    path: Path = ()
    last = len(header.keys) - 1
    for index, key in enumerate(header.keys):
        path = (*path, key.text)
        if index == last and not header.repeated:
            _open_table(path, key, header, found)
        else:
            found.setdefault(path, Spot(key.start, key.start))
        if index == last and header.repeated:
            lengths[path] = lengths.get(path, 0) + 1
        if path in lengths:
            path = (*path, lengths[path] - 1)
            found.setdefault(path, Spot(header.start, header.start))
    return path


def _open_table(path: Path, key: Key, header: Header, found: dict[Path, Spot]) -> None:
    # `[a.b]` before `[a]` implies `a`; its own header is the better place once it comes.
    found[path] = Spot(key.start, header.start)


def _place_pair(table: Path, pair: Pair, found: dict[Path, Spot]) -> None:
    path = table
    for key in pair.keys:
        path = (*path, key.text)
        found.setdefault(path, Spot(key.start, key.start))
    found[path] = Spot(pair.keys[-1].start, pair.value.start)
    _place_inside(path, pair.value, found)


def _place_inside(path: Path, node: Node, found: dict[Path, Spot]) -> None:
    match node:
        case Atom():
            return
        case Array(items=items):
            for index, item in enumerate(items):
                found[(*path, index)] = Spot(item.start, item.start)
                _place_inside((*path, index), item, found)
        case InlineTable(pairs=pairs):
            for pair in pairs:
                _place_pair(path, pair, found)
        case _:
            assert_never(node)
