"""Which characters can't be seen for what they are, and keys of addresses, written so that all of them can.

What people see of an address is also what they type: `written` and `read` are each other's reverse.
"""

from __future__ import annotations

import re
import unicodedata

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidirectional, zero-width), half characters, line and paragraph separators."""

_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0}
    | {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)}
)
"""What shows nothing, so that two names could look the same: Unicode's default-ignorable letters, marks and places that
are still to be given away."""

_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")


def is_harmful(character: str) -> bool:
    """Whether a character could hide, reorder or repaint other text."""
    return unicodedata.category(character) in _HARMFUL or ord(character) in _INVISIBLE


def written(key: str) -> str:
    """A key in double quotes: quotes and backslashes escaped, what can't be seen as `\\u202e`."""
    if key.isascii() and key.isprintable():
        return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(_written(character) for character in key) + '"'


def read(text: str) -> str:
    """The text that `written` wrote, without its quotes. Raises ValueError for an escape of no character."""
    return _ESCAPED.sub(_read, text)


def _written(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    return character if not is_harmful(character) else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _read(found: re.Match[str]) -> str:
    if found[3] is not None:
        return found[3]
    code = int(found[1] or found[2], 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError(f"{found[0]} is no character")
    return chr(code)
