"""One TOML file: bytes in, data with positions out, or the one mistake that keeps it from being read."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from mailform.configuration.plain import unfit
from mailform.configuration.positions import Path, Spot, spots
from mailform.configuration.syntax import TooDeep, statements
from mailform.diagnostics import Diagnostic, Position

MAX_BYTES = 5_000_000
"""No configuration is as large; what is, was put there by mistake or to make the reader work."""

MAX_LINE = 10_000
"""How much of a line goes with a mistake; a file may be one long line with a mistake at every character."""

_BOM = b"\xef\xbb\xbf"
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY_PART = r"(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
# tomllib's time grows with the square of a dotted key's parts: an hour for a line of a megabyte.
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_KEY_PART}[ \t]*+\.[ \t]*+){{64}}")
_LONG_NUMBER = re.compile(r"[0-9_]{1000,}")
_HINTS = {
    "Cannot overwrite a value": "the key is set already; remove one of the two",
    "Cannot declare": "the table is there already; put everything of it under one header",
    "Invalid value": 'a string needs quotes ("…"), true and false are written small',
    "Expected '=' after a key": "write `key = value`; a block begins with `[kind.name]`",
    "Unbalanced": "close what is open",
    "Unterminated": "close the string with the quote that it began with",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that could be read. `data` is tomllib's; positions are by the path to a value in it."""

    name: str
    text: str
    data: Mapping[str, object]
    spots: Mapping[Path, Spot]
    lines: tuple[int, ...]

    def key(self, path: Path) -> Position:
        """Where the key at `path` is written; the nearest that is written around it, when it isn't there."""
        return self._position(self._spot(path).key)

    def value(self, path: Path) -> Position:
        """Where the value at `path` begins; of a table, its header."""
        return self._position(self._spot(path).value)

    def _spot(self, path: Path) -> Spot:
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path, Spot(0, 0))

    def _position(self, offset: int) -> Position:
        return _position(self.name, self.text, self.lines, offset)


def document(name: str, content: bytes) -> Document | Diagnostic:
    """The document in `content`. Never raises: what is wrong with it comes back as a diagnostic."""
    if len(content) > MAX_BYTES:
        return _unreadable(
            "file-too-large",
            f"the file has {len(content):,} bytes, more than {MAX_BYTES:,}",
            Position(name, 1, 1),
            "split it; every *.mailform.toml in the folder is read",
        )
    if content.startswith(_BOM):
        return _unreadable(
            "byte-order-mark",
            "the file begins with a byte order mark",
            Position(name, 1, 1),
            "save it as UTF-8 without a byte order mark (BOM)",
        )
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return _not_utf8(name, content, error)
    return _parsed(name, text)


def _parsed(name: str, text: str) -> Document | Diagnostic:
    lines = _line_starts(text)
    if (long := _LONG_KEY.search(text)) is not None:
        return _unreadable(
            "invalid-toml",
            "the dotted key has too many parts",
            _position(name, text, lines, long.start()),
            "a key of this configuration has four parts at most",
        )
    try:
        data = tomllib.loads(text)
        found = Document(name, text, data, spots(statements(text)), lines)
        wrong = unfit(data)
        return found if wrong is None else _unreadable(wrong.code, wrong.message, found.value(wrong.path), wrong.hint)
    except (RecursionError, TooDeep) as error:
        offset = error.offset if isinstance(error, TooDeep) else _deepest(text)
        return _unreadable(
            "nested-too-deeply",
            "arrays or tables are nested too deeply",
            _position(name, text, lines, offset),
            "no setting needs this; look for brackets that aren't closed",
        )
    except tomllib.TOMLDecodeError as error:
        return _syntax_error(name, text, lines, str(error))
    except ValueError:
        long = _LONG_NUMBER.search(text)
        return _unreadable(
            "invalid-toml",
            "a number has too many digits",
            _position(name, text, lines, 0 if long is None else long.start()),
            "a TOML integer has 64 bits",
        )


def _syntax_error(name: str, text: str, lines: tuple[int, ...], said: str) -> Diagnostic:
    place = _PLACE.search(said)
    message = said if place is None else said[: place.start()]
    if place is not None and place[1] is not None:
        offset = lines[min(int(place[1]), len(lines)) - 1] + int(place[2]) - 1
    else:
        offset = len(text.rstrip())
    hint = next(
        (hint for start, hint in _HINTS.items() if message.startswith(start)), "see https://toml.io for the rules"
    )
    return _unreadable("invalid-toml", f"not valid TOML: {message}", _position(name, text, lines, offset), hint)


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    before = content[: error.start].decode("utf-8")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return _unreadable(
        "not-utf-8",
        f"byte 0x{content[error.start]:02x} is not UTF-8",
        Position(name, line, column),
        "save the file as UTF-8",
    )


def _unreadable(code: str, message: str, position: Position, hint: str) -> Diagnostic:
    return Diagnostic(code, message, position, hint)


def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(found.end() for found in re.finditer("\n", text)))


def _position(name: str, text: str, lines: tuple[int, ...], offset: int) -> Position:
    line = bisect_right(lines, offset)
    start = lines[line - 1]
    shown = text[start : start + MAX_LINE].partition("\n")[0]
    return Position(name, line, offset - start + 1, shown)


def _deepest(text: str) -> int:
    return max(text.rfind("[["), text.rfind("{"), 0)
