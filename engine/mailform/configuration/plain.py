"""From what tomllib gives to the engine's values: lists are tuples, dates are texts, and every number can be kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, time

from mailform.configuration import timestamps
from mailform.configuration.positions import Path
from mailform_state.values import Value

DEEPEST = 32
"""How far a value may nest; the state and a saved plan, which nest it further, take twice that."""

DEEPEST_DOCUMENT = 64
"""How far a whole file may nest, so that nobody who walks through one has to mind how deep it goes."""


class Unfit(ValueError):
    """A value that can't be kept: `path` leads to it."""

    def __init__(self, path: Path, message: str, *, code: str = "bad-value", hint: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.code = code
        self.hint = hint


def plain(data: object, path: Path = ()) -> Value:
    """TOML data as a value. Raises Unfit for what JSON or 64 bits can't hold, and for deep nesting."""
    if len(path) > DEEPEST:
        raise Unfit(path, f"the value is nested deeper than {DEEPEST} levels")
    match data:
        case str():
            return _text(data, path)
        case bool():
            return data
        case int():
            return _integer(data, path)
        case float():
            if not math.isfinite(data):
                raise Unfit(path, "a number has to be finite")
            return data
        case date():
            return _moment(data, path)
        case time():
            return data.isoformat()
        case list():
            return tuple(plain(item, (*path, index)) for index, item in enumerate(data))
        case dict():
            return {_text(key, path): plain(item, (*path, key)) for key, item in data.items()}
        case _:
            raise Unfit(path, f"a {type(data).__name__} can't be kept")


def unfit(data: Mapping[str, object]) -> Unfit | None:
    """What tomllib takes and TOML forbids, or nobody can walk through: the first of it in a file's data."""
    path: list[str | int] = []
    inside = [_entries(data)]
    while inside:
        found = next(inside[-1], None)
        if found is None:
            inside.pop()
            del path[-1:]
            continue
        key, value = found
        if isinstance(value, int) and not _fits(value):
            hint = "a TOML integer has 64 bits"
            return Unfit((*path, key), "a number has more than 64 bits", code="invalid-toml", hint=hint)
        if isinstance(value, dict | list):
            if len(inside) == DEEPEST_DOCUMENT:
                message, hint = "arrays or tables are nested too deeply", "no setting needs this"
                return Unfit((*path, key), message, code="nested-too-deeply", hint=hint)
            path.append(key)
            inside.append(_entries(value))
    return None


def _entries(data: object) -> Iterator[tuple[str | int, object]]:
    match data:
        case dict():
            return iter(data.items())
        case list():
            return iter(enumerate(data))
        case _:
            return iter(())


def _integer(number: int, path: Path) -> int:
    if not _fits(number):
        raise Unfit(path, "the number has more than 64 bits")
    return number


def _fits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _text(text: str, path: Path) -> str:
    # The command line and the environment may hold bytes that aren't UTF-8; Python carries them as lone surrogates.
    if any("\ud800" <= mark <= "\udfff" for mark in text):
        raise Unfit(path, "the text isn't UTF-8")
    return text


def _moment(moment: date, path: Path) -> str:
    try:
        return timestamps.normalised(moment)
    except ValueError as error:
        raise Unfit(path, "the date is out of range") from error
