"""The user's mistakes: gathered, never thrown one at a time.

A diagnostic is a value; `render.diagnostics` shows it. For what the world does wrong there is `mailform_state.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file. `line` and `column` count from 1, columns in characters. `text` is the line itself, without
    its end; shown escaped, since a stranger may have written it."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """An error stops the command; a warning is shown and nothing else."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or warning. `code` is stable (`unknown-attribute`), for people to search and tools to filter.

    `hint` says what to do, in one sentence; never leave it empty for an error. `paste` is a block or commands that go
    with it, the only part that has lines: what others named may stand in the rest, and mustn't begin one.
    """

    code: str
    message: str
    position: Position | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR
    paste: str = ""


class Mistakes(Exception):
    """The configuration (or what the user asked for) is wrong; carries all of it. Raised at the end of gathering."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(f"{len(diagnostics)} mistakes")
        self.diagnostics = diagnostics


def errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Only those that stop a command."""
    return tuple(found for found in diagnostics if found.severity is Severity.ERROR)
