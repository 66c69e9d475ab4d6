"""`mailform validate`: everything that is wrong with the configuration, found without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.diagnostics import Diagnostic

LATER = ("sarif", "github", "junit")
"""Formats whose names are taken, and which a later version will have."""


def register(app: typer.Typer) -> None:
    app.command("validate", help="Check the configuration, without a network.")(with_common(command))


def command(
    common: Common,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How to show what is wrong. --json is --format json.")
    ] = "text",
) -> None:
    from mailform.cli import desk
    from mailform.diagnostics import Mistakes
    from mailform.policy.reading import rules
    from mailform.render.figures import figure

    if format in LATER:
        raise typer.BadParameter(f"{format} comes with a later version; take text or json", param_hint="--format")
    as_json = shared.one_of(format, ("text", "json"), "--format") == "json" or common.json
    try:
        configured = desk.configuration(common)
        rules(common.directory)  # the policies' mistakes are found here too
    except Mistakes as mistakes:
        if not as_json:
            raise
        _say_json(mistakes.diagnostics)
        desk.leave(Exit.ERROR)
        return
    if as_json:
        _say_json(configured.warnings)
        return
    desk.warn(common, configured.warnings)
    if not common.quiet:
        desk.say(f"The configuration is valid: {figure(len(configured.resources), 'resource')}.")


def _say_json(found: tuple[Diagnostic, ...]) -> None:
    from mailform.cli import desk
    from mailform.render import diagnostics

    desk.say_json(diagnostics.as_json(found))
