"""Text from a tenant or a file, made safe to look at: what could hide, reorder or repaint other text is spelled out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from mailform_state.visible import is_harmful

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
"""What a pipeline takes for a command, wherever in a line of its log it stands: it could set a variable of the job."""

_COLOUR = re.compile(r"(\x1b\[[0-9;]{1,5}m)")


def shown(text: str) -> str:
    """`text` for a terminal, a log or a page: harmful characters as `\\x1b`, `\\u202e`, all others as they are, but for
    the `##[` and `##vso[` of pipelines.

    The outcome is for eyes only: a backslash isn't doubled, so it can't be read back (`quoted` can).
    """
    if "##" in text:
        text = _COMMAND.sub(r"#\\x23", text)
    if text.isascii() and text.isprintable():
        return text
    return _spelled(text, _shown)


def quoted(text: str) -> str:
    """`text` in double quotes, as the configuration would write it: quotes and backslashes escaped too, so that where
    the text ends can't be faked."""
    return '"' + shown(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def tame(line: str) -> str:
    """A line of a log that is no command to GitHub: `::` at its beginning is spelled out."""
    return line.replace("::", "\\x3a:", 1) if line.lstrip().startswith("::") else line


def page(text: str, *, colours: bool) -> str:
    """A whole output, once more before it is printed: lines and tabs stay, and with `colours` what a palette paints.

    Whoever renders has escaped foreign text already, and only he can tell a line of ours from one that a name would
    have. This is for what somebody forgot. A line that begins with `::` is a command to GitHub, and none of ours.
    """
    if text.isascii() and text.replace("\n", "").isprintable() and "##" not in text and "::" not in text:
        return text
    return "\n".join(_line(line, colours) for line in text.split("\n"))


def json_text(document: object) -> str:
    """A JSON document on one line, all of it printable ASCII: programs read the characters, terminals see none."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f").replace("##", "#\\u0023")  # `##[` is a command to a pipeline


def _line(line: str, colours: bool) -> str:
    if not colours:
        return tame("\t".join(map(shown, line.split("\t"))))
    return "".join(part if place % 2 else _line(part, colours=False) for place, part in enumerate(_COLOUR.split(line)))


def _spelled(text: str, escape: Callable[[str], str]) -> str:
    return "".join(escape(character) if is_harmful(character) else character for character in text)


def _shown(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if not is_harmful(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
