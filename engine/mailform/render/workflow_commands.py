"""Mistakes and warnings as workflow commands of GitHub, which shows them at their lines in the pull request.

The only output in which a line may begin with `::`; so it is printed as it is (`desk.command`), and all that others
named is escaped here, as GitHub's own toolkit does.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailform.diagnostics import Diagnostic
from mailform.render.escape import shown


def commands(diagnostics: Iterable[Diagnostic]) -> str:
    """One line each; empty for none."""
    return "".join(f"{_command(found)}\n" for found in diagnostics)


def _command(found: Diagnostic) -> str:
    properties = {"title": f"Mailform: {found.code}"}
    if found.position is not None:
        properties |= {
            "file": found.position.file,
            "line": str(found.position.line),
            "col": str(found.position.column),
        }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    paste = "\n".join(map(shown, found.paste.split("\n")))
    told = "\n".join(line for line in (shown(found.message), shown(found.hint), paste) if line)
    return f"::{found.severity.value} {listed}::{_data(told)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(shown(text)).replace(":", "%3A").replace(",", "%2C")
