"""A TOML text with all its entries by path, for editing it in place (`rewriting`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailform.configuration.positions import Path
from mailform.configuration.syntax import Header, InlineTable, Pair, statements


@dataclass(frozen=True, slots=True)
class Entry:
    """A pair by its whole path. `within` is the inline table that it stands in; None: lines of its own."""

    path: Path
    pair: Pair
    within: InlineTable | None


@dataclass(frozen=True, slots=True)
class Page:
    """A text whose lines end with LF, and what stands where."""

    text: str
    entries: tuple[Entry, ...]
    headers: Mapping[Path, Header]

    @classmethod
    def of(cls, text: str) -> Page:
        """The page of a text that is valid TOML."""
        entries: list[Entry] = []
        headers: dict[Path, Header] = {}
        table: Path = ()
        for number, statement in enumerate(statements(text)):
            if isinstance(statement, Header):
                # an item of a list of tables is nobody's block: its path has a number, which no address has
                table = (*(key.text for key in statement.keys), *((number,) if statement.repeated else ()))
                headers[table] = statement
            else:
                entries += _walked(table, statement, None)
        return cls(text, tuple(entries), headers)

    def entry(self, path: Path) -> Entry | None:
        """The pair that writes the value at `path`, if one does."""
        return next((one for one in self.entries if one.path == path), None)

    def inside(self, path: Path) -> tuple[Entry, ...]:
        """The pairs of the table at `path`, however it is written."""
        return tuple(one for one in self.entries if one.path[:-1] == path)

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line ends that `at` is in, before its LF."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def indent(self, at: int) -> str | None:
        """What stands before `at` on its line, if that is nothing but space."""
        before = self.text[self.line_start(at) : at]
        return before if not before.strip(" \t") else None


def _walked(table: Path, pair: Pair, within: InlineTable | None) -> Iterator[Entry]:
    path = (*table, *(key.text for key in pair.keys))
    yield Entry(path, pair, within)
    if isinstance(pair.value, InlineTable):
        for inner in pair.value.pairs:
            yield from _walked(path, inner, pair.value)
