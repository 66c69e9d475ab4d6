"""Values as people read them: `"text"`, `true`, `["a", "b"]`, `(known after apply)`, `(sensitive)`."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.expression import Unknown
from mailform.render.escape import quoted, shown
from mailform_state.values import Value

KNOWN_LATER = "(known after apply)"
SENSITIVE = "(sensitive)"

LONG = 160
"""From how many characters on a single text is shortened."""

_AROUND = 24
"""How much is shown of what two long texts have in common, on each side of their difference."""


def text(value: Value | Unknown, *, sensitive: bool = False, whole: bool = False) -> str:
    """A value on one line. What is sensitive is hidden whatever it is, known or not; long texts lose their middle,
    unless they are asked for whole."""
    if sensitive:
        return SENSITIVE
    match value:
        case Unknown():
            return KNOWN_LATER
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return quoted(value) if whole or len(value) <= LONG else _shortened(value)
        case tuple():
            return "[" + ", ".join(text(item, whole=whole) for item in value) + "]"
        case Mapping():
            inner = ", ".join(f"{_key(key)} = {text(value[key], whole=whole)}" for key in sorted(value))
            return f"{{ {inner} }}" if inner else "{}"


def change(before: Value | Unknown, after: Value | Unknown, *, sensitive: bool = False) -> str:
    """`before -> after` on one line. Of two long texts only the part that differs is shown, with a little around it."""
    if not sensitive and isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > LONG:
        start, end = _difference(before, after)
        return f"{_window(before, start, len(before) - end)} -> {_window(after, start, len(after) - end)}"
    return f"{text(before, sensitive=sensitive)} -> {text(after, sensitive=sensitive)}"


def empty(value: Value | Unknown) -> bool:
    """Whether there is nothing to show: absent, an empty text, list or table. False is a value."""
    return value is None or (not isinstance(value, Unknown | bool | int | float) and len(value) == 0)


def _shortened(value: str) -> str:
    head, tail = value[: LONG * 2 // 3], value[-LONG // 4 :]
    return f"{quoted(head)} … {quoted(tail)} ({len(value):,} characters)"


def _difference(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts have in common at the start, and beyond those at the end."""
    start = _agreeing(before, after)
    return start, _agreeing(before[start:][::-1], after[start:][::-1])


def _agreeing(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(left), len(right)))


def _window(value: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(value), end + _AROUND)
    last = min(last, first + LONG)
    left, right = "…" if first else "", "…" if last < len(value) else ""
    return f"{left}{quoted(value[first:last])}{right}"


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else f'"{shown(key)}"'
