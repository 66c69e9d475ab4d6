"""Editing TOML as a person would: one value is put in, changed or taken out, and not a letter more.

It works on the spans of our own scanner, as `fmt` does, and on no round-tripping library: tomlkit appends a new key
below the comment of the next block, has no way to put one at its place among others, and can't take one out of a table
that is written in two parts.

What comes out is to be read again and compared before anybody writes it to a file: this knows the layouts that people
write, and promises nothing of others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias, assert_never

from mailform.configuration.page import Entry, Page
from mailform.configuration.positions import Path
from mailform.configuration.syntax import Array, InlineTable, Pair


@dataclass(frozen=True, slots=True)
class Write:
    """An attribute (`enabled`, `conditions.scl_over`) gets this value, as TOML. It is put in where it isn't written."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Strike:
    """An attribute is taken out, with the comment on its line."""

    name: str


@dataclass(frozen=True, slots=True)
class Append:
    """A list gets another item, as TOML, at its end."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The item of this number is taken out of a list."""

    name: str
    item: int


Edit: TypeAlias = Write | Strike | Append | Drop


@dataclass(frozen=True, slots=True)
class _Splice:
    """What stands from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """The edits of one block. `order` has the names of all attributes and sections as they are written in the
    reference: a new one goes after those that come before it there."""

    block: Path
    edits: tuple[Edit, ...]
    order: Sequence[str]


def rewritten(text: str, changes: Sequence[Change]) -> str:
    """A file's text after the changes, each of another block; lines end as they did. The edits of a block are made one
    after the other, each on what the one before has left; those of different blocks side by side, to read once."""
    for abreast in zip_longest(*(change.edits for change in changes)):
        page = Page.of(text.replace("\r\n", "\n"))
        asked = [(change, edit) for change, edit in zip(changes, abreast, strict=True) if edit is not None]
        text = _spliced(text, [_splice(page, change.block, edit, change.order) for change, edit in asked])
    return text


def _spliced(text: str, splices: Sequence[_Splice]) -> str:
    # In the page a CRLF is one character; the text is cut where that really is.
    returns = [found.start() - number for number, found in enumerate(re.finditer("\r\n", text))]
    is_crlf = bool(returns) and text.find("\n") == returns[0] + 1
    for splice in sorted(splices, key=lambda one: one.start, reverse=True):
        start, end = (at + bisect_left(returns, at) for at in (splice.start, splice.end))
        text = text[:start] + (splice.new.replace("\n", "\r\n") if is_crlf else splice.new) + text[end:]
    return text


def _splice(page: Page, block: Path, edit: Edit, order: Sequence[str]) -> _Splice:
    path = (*block, *edit.name.split("."))
    found = page.entry(path)
    match edit:
        case Write():
            if found is None:
                return _added(page, path, block, edit.value, order)
            return _Splice(found.pair.value.start, found.pair.value.end, edit.value)
        case Strike():
            return _Splice(0, 0, "") if found is None else _struck(page, found, block)
        case Append() | Drop():
            if found is None or not isinstance(found.pair.value, Array):
                return _Splice(0, 0, "")
            written = found.pair.value
            return _appended(page, written, edit.value) if isinstance(edit, Append) else _dropped(page, written, edit)
    assert_never(edit)


def _added(page: Page, path: Path, block: Path, value: str, order: Sequence[str]) -> _Splice:
    """A new pair beside those of its table, in their style; with the table, where there is none yet."""
    table, name = path[:-1], str(path[-1])
    rank = {one: number for number, one in enumerate(order)}
    own = rank[".".join(map(str, path[len(block) :]))]
    beside = [(rank.get(".".join(map(str, one.path[len(block) :])), -1), one) for one in page.inside(table)]
    before = [(number, one) for number, one in beside if 0 <= number < own]
    if before:
        return _after(page, max(before, key=lambda ranked: ranked[0])[1], f"{name} = {value}")
    if beside:
        return _ahead(page, min(beside, key=lambda ranked: ranked[1].pair.start)[1], f"{name} = {value}")
    if (header := page.headers.get(table)) is not None:
        at = page.line_end(header.end)
        return _Splice(at, at, f"\n{name} = {value}")
    written = page.entry(table)
    if written is not None and isinstance(written.pair.value, InlineTable):
        return _Splice(written.pair.value.start, written.pair.value.end, f"{{ {name} = {value} }}")
    return _with_section(page, block, str(table[-1]), f"{name} = {value}", order)


def _with_section(page: Page, block: Path, section: str, pair: str, order: Sequence[str]) -> _Splice:
    """A section that isn't written yet: under a header where the block's others have one, else on one line."""
    headed = [path for path in page.headers if path[:-1] == block and path[-1] in order]
    if not headed:
        return _added(page, (*block, section), block, f"{{ {pair} }}", order)
    rank = {one: number for number, one in enumerate(order)}
    before = [path for path in headed if rank[str(path[-1])] < rank[section]]
    beside = page.headers[max(before or headed, key=lambda path: page.headers[path].start)]
    title = page.text[beside.start : beside.keys[-1].start] + section + "]"
    if before:
        last = max([beside.end, *(one.pair.end for one in page.entries if one.path[:-1] in before)])
        at = page.line_end(last)
        return _Splice(at, at, f"\n\n{title}\n{pair}")
    return _Splice(beside.start, beside.start, f"{title}\n{pair}\n\n")


def _after(page: Page, beside: Entry, pair: str) -> _Splice:
    new = _prefix(page, beside.pair) + pair
    if beside.within is not None:
        return _Splice(beside.pair.end, beside.pair.end, f", {new}")
    at = page.line_end(beside.pair.end)
    return _Splice(at, at, f"\n{page.indent(beside.pair.start) or ''}{new}")


def _ahead(page: Page, beside: Entry, pair: str) -> _Splice:
    new = _prefix(page, beside.pair) + pair
    at = beside.pair.start
    return _Splice(at, at, f"{new}, " if beside.within is not None else f"{new}\n{page.indent(at) or ''}")


def _prefix(page: Page, pair: Pair) -> str:
    """`conditions.` of a pair that is written `conditions.scl_over = 3`."""
    return page.text[pair.start : pair.keys[-1].start]


def _struck(page: Page, entry: Entry, block: Path) -> _Splice:
    pair = entry.pair
    if entry.within is None:
        table = entry.path[:-1]
        if table not in page.headers and len(table) > len(block) and len(page.inside(table)) == 1:
            # the section's only line: without it the section wouldn't be written any more, and it may have to be
            return _Splice(pair.start, pair.end, f"{page.text[pair.start : pair.keys[-2].end]} = {{}}")
        end = page.line_end(pair.end)
        return _Splice(page.line_start(pair.start), min(end + 1, len(page.text)), "")
    others = entry.within.pairs
    if len(others) == 1:
        return _Splice(entry.within.start, entry.within.end, "{}")
    number = others.index(pair)
    if number + 1 < len(others):
        return _Splice(pair.start, others[number + 1].start, "")
    return _Splice(others[number - 1].end, pair.end, "")


def _appended(page: Page, written: Array, value: str) -> _Splice:
    if not written.items:
        return _Splice(written.start, written.end, f"[{value}]")
    last = written.items[-1].end
    indent = page.indent(written.items[-1].start)
    end = page.line_end(last)
    comma = re.compile(r"[ \t]*,").match(page.text, last)
    if indent is None:  # all on one line, or at least this one is beside another
        return _Splice(last, last, f", {value}")
    if comma is not None:
        at = comma.end() if "]" in _code(page.text[comma.end() : end]) else end
        return _Splice(at, at, f"\n{indent}{value},")
    if "]" in _code(page.text[last:end]):
        return _Splice(last, last, f",\n{indent}{value}")
    return _Splice(last, end, f",{page.text[last:end]}\n{indent}{value}")


def _dropped(page: Page, written: Array, edit: Drop) -> _Splice:
    items = written.items
    item = items[edit.item]
    rest = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\n").match(page.text, item.end)
    if page.indent(item.start) is not None and rest is not None:
        return _Splice(page.line_start(item.start), rest.end(), "")
    if edit.item + 1 < len(items):
        return _Splice(item.start, items[edit.item + 1].start, "")
    return _Splice(items[edit.item - 1].end if edit.item else item.start, item.end, "")


def _code(rest: str) -> str:
    """What is left of a line before its comment. Only for what stands behind a value."""
    return rest.partition("#")[0]
