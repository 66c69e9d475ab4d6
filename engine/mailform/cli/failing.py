"""From an exception to words and an exit code."""

from __future__ import annotations

import os
import sys
import traceback

from mailform.cli.desk import say_json, tell
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.exits import Exit
from mailform.render import diagnostics
from mailform_state.errors import Damaged, Failure, Locked


def failed(error: Exception, *, as_json: bool, as_events: bool = False) -> Exit:
    """Tells the user what went wrong, and gives the exit code for it."""
    how = "events" if as_events else "json" if as_json else "text"
    if isinstance(error, Mistakes):
        _show(error.diagnostics, how)
        return Exit.ERROR
    if isinstance(error, PolicyRefused):
        _show(error.diagnostics, how)
        return Exit.REFUSED
    if isinstance(error, Failure):
        _show((Diagnostic(_code(error), error.message, None, error.hint),), how)
        return exit_of(error)
    if os.environ.get("MAILFORM_DEBUG"):
        tell(traceback.format_exc())
    message = f"Mailform itself failed ({type(error).__name__}: {error})"
    hint = "This is a defect of Mailform. Run it again with MAILFORM_DEBUG=1 and report what it prints"
    _show((Diagnostic("internal", message, None, hint),), how)
    return Exit.ERROR


def exit_of(failure: Failure) -> Exit:
    """The exit code of a failure before anything was changed."""
    match failure:
        case Damaged():
            return Exit.INTEGRITY
        case Locked():
            return Exit.LOCKED
        case Stale():
            return Exit.STALE
        case GuardRefused():
            return Exit.REFUSED
        case _:
            return Exit.ERROR


class Stale(Failure):
    """A saved plan that no longer fits: state, configuration or tenant changed since, or it was used or expired."""


class GuardRefused(Failure):
    """A guard refused the plan."""


class PolicyRefused(GuardRefused):
    """Policies refused the plan; carries every reason."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(f"policies refuse the plan, for {len(diagnostics)} reasons")
        self.diagnostics = diagnostics


def _code(failure: Failure) -> str:
    name = type(failure).__name__
    return "".join(
        f"-{letter.lower()}" if letter.isupper() and index else letter.lower() for index, letter in enumerate(name)
    )


def _show(found: tuple[Diagnostic, ...], how: str) -> None:
    if how == "events":
        from mailform.cli.stream import Stream
        from mailform.render.events import diagnostic

        Stream().say(map(diagnostic, found))
    if how == "json":
        say_json(diagnostics.as_json(found))
    tell(diagnostics.text(found, colour=sys.stderr.isatty() and "NO_COLOR" not in os.environ))
