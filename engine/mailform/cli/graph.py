"""`mailform graph`: what depends on what, drawn from the configuration alone."""

from __future__ import annotations

from typing import Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("graph", help="Draw what depends on what.")(with_common(command))


def command(
    common: Common,
    format: Annotated[
        str, typer.Option("--format", metavar="dot|mermaid", help="For Graphviz, or for markdown.")
    ] = "dot",
) -> None:
    from mailform.cli import desk
    from mailform.render import graph

    shared.one_of(format, ("dot", "mermaid"), "--format")
    configured = desk.configuration(common)
    drawn = graph.dot(configured) if format == "dot" else graph.mermaid(configured)
    if common.json:
        desk.say_json({"format": format, "graph": drawn})
    else:
        desk.say(drawn)
