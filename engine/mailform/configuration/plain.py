"""From what tomllib gives to the engine's values: lists are tuples, dates are texts, and every number can be kept."""

from __future__ import annotations

import math
from datetime import date, time

from mailform.configuration import timestamps
from mailform.configuration.positions import Path
from mailform_state.values import Value


class Unfit(ValueError):
    """A value that can't be kept: `path` leads to it."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def plain(data: object, path: Path = ()) -> Value:
    """TOML data as a value. Raises Unfit for what JSON or 64 bits can't hold."""
    match data:
        case str():
            return _text(data, path)
        case bool():
            return data
        case int():
            if not -(2**63) <= data < 2**63:
                raise Unfit(path, "the number has more than 64 bits")
            return data
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
