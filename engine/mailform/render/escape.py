"""Text from a tenant or a file, made safe to look at: what could hide, reorder or repaint other text is spelled out."""

from __future__ import annotations

from mailform_state.visible import is_harmful

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
    if not is_harmful(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
