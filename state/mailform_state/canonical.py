"""JSON that comes out the same every time, and JSON that is read with suspicion.

`canonical` is what digests are made over; never show it to people (`document.dump` is for them). `read_json` is the one
door for every JSON file that Mailform wrote and somebody else may have touched: the state, its journal, a saved plan.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from math import inf, isfinite
from typing import NoReturn

from mailform_state.errors import Damaged

DEEPEST = 64
"""How far lists and objects may nest. What Mailform writes stays below 20."""

_DEEP = f"nested deeper than {DEEPEST} levels"
_LONGEST_NUMBER = 40
"""Characters. What Mailform writes has 24 at most; a number of a megabyte would take its time."""


def canonical(value: object) -> bytes:
    """`value` as JSON in its one form: keys sorted, no whitespace, UTF-8, tuples as lists.

    Raises ValueError for what JSON can't say (NaN, infinity, a lone surrogate) and what `read_json` would refuse
    (deep nesting, an integer of more than 64 bits); TypeError for anything but plain values.
    """
    _require_readable(value)
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
        return sound_json(data.decode("utf-8"), once=True)
    except UnicodeDecodeError as error:
        raise Damaged(f"{what} is not UTF-8: byte {error.start} is out of place.") from None
    except UnicodeEncodeError:
        raise Damaged(f"{what} holds half a character (a lone surrogate).") from None
    except json.JSONDecodeError as error:
        raise Damaged(f"{what} is cut or not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except ValueError as error:
        raise Damaged(f"{what} is not JSON as Mailform writes it: {error}.") from None


def sound_json(text: str, *, once: bool = False) -> object:
    """A JSON text's value, certain to have a canonical form: it can be put into a state and a journal, and read again.
    Raises ValueError. `once`: a key that stands twice is refused too; else the last one counts.

    The door for JSON that others write, where `json.loads` would let through NaN, infinity, numbers without end, lone
    surrogates and any nesting.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once if once else None,
            parse_constant=_constant,
            parse_float=_finite,
            parse_int=_integer,
        )
    except RecursionError:
        raise ValueError(_DEEP) from None
    canonical(value)
    return value


def _mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, number in Counter(name for name, _ in pairs).items() if number > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text) if len(text) <= _LONGEST_NUMBER else inf
    if not isfinite(number):
        raise ValueError(f"the number {text[:20]}… is out of range")
    return number


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"the number {text[:20]}… has more than 64 bits")
    return int(text)


def _require_readable(value: object) -> None:
    """Level by level rather than by recursion: the input decides how deep this goes."""
    level: list[object] = [value]
    for left in range(DEEPEST, -1, -1):
        inner: list[object] = []
        for entry in level:
            match entry:
                case int():
                    if not -(2**63) <= entry < 2**63:
                        raise ValueError("a number has more than 64 bits")
                case str():
                    pass
                case Mapping() if left:
                    inner += entry.values()
                case list() | tuple() if left:
                    inner += entry
                case Mapping() | list() | tuple():
                    raise ValueError(_DEEP)
        if not inner:
            return
        level = inner
