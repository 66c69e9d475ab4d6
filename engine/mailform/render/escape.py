"""Text from a tenant or a file, made safe to look at: what could hide, reorder or repaint other text is spelled out."""

from __future__ import annotations

import unicodedata

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidirectional, zero-width), half characters, line and paragraph separators."""

_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}
    | set(range(0xE0100, 0xE01F0))
)
"""Letters and marks that show nothing, by which two names could look the same (Unicode's default-ignorable ones)."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: str) -> str:
    """`text` for a terminal, a log or a page: harmful characters as `\\x1b`, `\\u202e`, all others as they are.

    The outcome is for eyes only: a backslash isn't doubled, so it can't be read back (`quoted` can).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def quoted(text: str) -> str:
    """`text` in double quotes, as the configuration would write it: quotes and backslashes escaped too, so that where
    the text ends can't be faked."""
    return '"' + shown(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _shown(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if unicodedata.category(character) not in _HARMFUL and ord(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
