"""Every value that tomllib reads has a place, and what stands there is that key or value."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from mailform.configuration.documents import Document, document
from mailform.configuration.positions import Path, spots
from mailform.configuration.syntax import statements
from strategies.toml import DOCUMENTS


def paths(data: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    if path:
        yield path, data
    if isinstance(data, dict):
        for key, item in data.items():
            yield from paths(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from paths(item, (*path, index))


def read(text: str) -> Document:
    found = document("mailform.toml", text.encode())
    assert isinstance(found, Document), found
    return found


@given(DOCUMENTS, st.booleans())
def test_every_path_that_tomllib_yields_has_a_place_with_that_key_and_value(
    data: dict[str, object], multiline: bool
) -> None:
    text = tomli_w.dumps(data, multiline_strings=multiline)
    found = spots(statements(text))
    for path, value in paths(tomllib.loads(text)):
        spot = found[path]
        if isinstance(path[-1], str):
            assert key_at(text, spot.key) == path[-1]
        if isinstance(value, str | int | float | date | datetime | time):
            assert value_at(text, spot.value) == value


def key_at(text: str, offset: int) -> str:
    """The key that begins at an offset, read by tomllib from there."""
    for end in range(offset + 1, len(text) + 1):
        try:
            (key,) = tomllib.loads(f"{text[offset:end]}=0")
        except tomllib.TOMLDecodeError:
            continue
        if end == len(text) or text[end] in " .]=":
            return key
    raise AssertionError(text[offset:])


def value_at(text: str, offset: int) -> object:
    """The longest value that begins at an offset, read by tomllib from there."""
    found: list[object] = []
    for end in range(offset + 1, len(text) + 1):
        try:
            table = tomllib.loads(f"value = {text[offset:end]}")
        except ValueError:
            continue
        if list(table) == ["value"]:
            found.append(table["value"])
        if text[end - 1] == "\n" and found and not isinstance(found[-1], str):
            break
    return found[0] if isinstance(found[0], str) and found[0] else found[-1]


def test_places_are_those_of_the_text_in_every_way_to_write_a_table() -> None:
    text = (
        "# first\n"
        "[a.b]\n"
        "c.d = 1\n"
        "e = { f.g = [1, 'two', { h = 3 }] }\n"
        "[[m]]\n"
        'from = "x"\n'
        "[[m]]\n"
        "  [m.n]\n"
        '  "o p" = """\n'
        'x"""\n'
        "[ a . q ]\n"
        "[a]\n"
    )
    read_text = read(text)
    expected = {
        ("a",): (12, 1),
        ("a", "b"): (2, 1),
        ("a", "b", "c"): (3, 1),
        ("a", "b", "c", "d"): (3, 7),
        ("a", "b", "e"): (4, 5),
        ("a", "b", "e", "f", "g"): (4, 13),
        ("a", "b", "e", "f", "g", 1): (4, 17),
        ("a", "b", "e", "f", "g", 2, "h"): (4, 30),
        ("m",): (5, 3),
        ("m", 0): (5, 1),
        ("m", 0, "from"): (6, 8),
        ("m", 1): (7, 1),
        ("m", 1, "n"): (8, 3),
        ("m", 1, "n", "o p"): (9, 11),
        ("a", "q"): (11, 1),
    }
    assert {path: (read_text.value(path).line, read_text.value(path).column) for path in expected} == expected


def test_a_place_has_its_line_without_the_end_and_counts_characters_not_bytes() -> None:
    found = read('a = "é"\r\n"ü" = 22\r\n').value(("ü",))
    assert (found.line, found.column, found.text) == (2, 7, '"ü" = 22')


def test_what_is_not_written_stands_at_the_nearest_that_is() -> None:
    assert read("[a]\nb = 1\n").value(("a", "b", "c", 3)).line == 2
