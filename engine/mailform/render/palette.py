"""The few colours there are. Only what we wrote ourselves is painted around: never build a code from foreign text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ink(StrEnum):
    """ANSI codes by what they are for."""

    ADDED = "32"
    CHANGED = "33"
    REMOVED = "31"
    MOVED = "36"
    ERROR = "1;31"
    WARNING = "1;33"
    STRONG = "1"
    FAINT = "2"


@dataclass(frozen=True, slots=True)
class Palette:
    """Paints, or doesn't: `--no-color`, `NO_COLOR` and no terminal are decided by the command line, not here."""

    colour: bool

    def __call__(self, text: str, ink: Ink) -> str:
        return f"\x1b[{ink}m{text}\x1b[0m" if self.colour and text else text


PLAIN = Palette(False)
