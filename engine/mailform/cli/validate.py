"""`mailform validate`: everything that is wrong with the configuration, found without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.diagnostics import Diagnostic

FORMATS = ("text", "json", "sarif", "github", "junit")


def register(app: typer.Typer) -> None:
    app.command("validate", help="Check the configuration, without a network.")(with_common(command))


def command(
    common: Common,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            help="How to show what is wrong: github is annotations of a job. --json is --format json.",
        ),
    ] = "text",
) -> None:
    from mailform.cli import desk
    from mailform.diagnostics import Mistakes
    from mailform.policy.reading import rules
    from mailform.render.figures import figure

    asked = "json" if common.json else shared.one_of(format, FORMATS, "--format")
    try:
        configured = desk.configuration(common)
        rules(common.directory)  # the policies' mistakes are found here too
    except Mistakes as mistakes:
        if asked == "text":
            raise
        _say(common, mistakes.diagnostics, asked)
        desk.leave(Exit.ERROR)
        return
    if asked != "text":
        _say(common, configured.warnings, asked)
        return
    desk.warn(common, configured.warnings)
    if not common.quiet:
        desk.say(f"The configuration is valid: {figure(len(configured.resources), 'resource')}.")


def _say(common: Common, found: tuple[Diagnostic, ...], format: str) -> None:
    """Shows what was found to programs."""
    from mailform.cli import desk
    from mailform.render import diagnostics, junit, sarif, workflow_commands

    match format:
        case "sarif":
            desk.say_json(sarif.sarif(_placed(common, found), desk.version()))
        case "github":
            desk.command(workflow_commands.commands(_placed(common, found)))
        case "junit":
            desk.say(junit.junit(_placed(common, found), desk.SystemClock().now()))
        case _:
            desk.say_json(diagnostics.as_json(found))


def _placed(common: Common, found: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """The same, with files named from where we are run, which in a pipeline is the repository."""
    for one in found:
        at = one.position
        yield one if at is None else replace(one, position=replace(at, file=_named(common, at.file)))


def _named(common: Common, file: str) -> str:
    inside = common.directory / file
    return inside.as_posix() if inside.exists() else Path(file).as_posix()
