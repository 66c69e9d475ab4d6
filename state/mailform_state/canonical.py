"""JSON that comes out the same every time, and JSON that is read with suspicion.

`canonical` is what digests are made over; never show it to people (`document.dump` is for them). `read_json` is the one
door for every JSON file that Mailform wrote and somebody else may have touched: the state, its journal, a saved plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import NoReturn

from mailform_state.errors import Damaged

DEEPEST = 64
"""How far lists and objects may nest. What Mailform writes stays below 20."""


def canonical(value: object) -> bytes:
    """`value` as JSON in its one form: keys sorted, no whitespace, UTF-8, tuples as lists.

    Raises ValueError for what JSON can't say (NaN, infinity, a lone surrogate) and what `read_json` would refuse
    (deep nesting); TypeError for anything but plain values.
    """
    if _too_deep(value):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_mapping
    )
    return text.encode("utf-8")


def digest(value: object) -> str:
    """Names a value by its content: `sha256:` and the hex of SHA-256 over its canonical form. It finds damage; it
    proves nothing against somebody who can write a digest of his own."""
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def read_json(data: bytes, *, what: str, limit: int) -> object:
    """The value that `data` says, or Damaged. `what` opens the message ("The state"), `limit` is in bytes.

    Stricter than `json.loads`: a key twice, NaN, a number out of range, a lone surrogate or deep nesting is damage,
    since two readers could understand such a file in two ways.
    """
    if len(data) > limit:
        raise Damaged(f"{what} is larger than the {limit:,} bytes that Mailform reads.")
    if not data.strip():
        raise Damaged(f"{what} is empty.")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant, parse_float=_finite)
        canonical(value)
    except UnicodeDecodeError as error:
        raise Damaged(f"{what} is not UTF-8: byte {error.start} is out of place.") from None
    except UnicodeEncodeError:
        raise Damaged(f"{what} holds half a character (a lone surrogate).") from None
    except json.JSONDecodeError as error:
        raise Damaged(f"{what} is cut or not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise Damaged(f"{what} is nested deeper than {DEEPEST} levels.") from None
    except ValueError as error:
        raise Damaged(f"{what} is not JSON as Mailform writes it: {error}.") from None
    return value


def _mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"the number {text[:20]} is out of range")
    return number


def _too_deep(value: object) -> bool:
    """Level by level rather than by recursion: the input decides how deep this goes."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for entry in level for inner in _within(entry) if isinstance(inner, Mapping | list | tuple)]
        if not level:
            return False
    return True


def _within(value: object) -> Iterable[object]:
    match value:
        case Mapping():
            return value.values()
        case list() | tuple():
            return value
        case _:
            return ()
