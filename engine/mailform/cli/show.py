"""`mailform show`: what the state knows, or what is in a saved plan. Reads files only, never the tenant."""

from __future__ import annotations

from pathlib import Path

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("show", help="Show the state, or a saved plan.")(with_common(command))


def command(common: Common, planfile: shared.PlanFileArgument = None) -> None:
    if planfile is None:
        _state(common)
    else:
        _plan(common, planfile)


def _state(common: Common) -> None:
    from mailform.cli import desk
    from mailform.render import state_json, state_text

    state = desk.store(common).read()
    if common.json:
        desk.say_json({"format_version": state_json.FORMAT_VERSION} if state is None else state_json.whole(state))
    else:
        desk.say("There is no state yet: nothing was applied." if state is None else state_text.whole(state))


def _plan(common: Common, path: Path) -> None:
    from mailform.cli import desk
    from mailform.planfile import opened
    from mailform.render.escape import shown
    from mailform.render.figures import moment

    saved = opened(path, desk.seal(common))
    if common.json:
        desk.say_json(saved.shown)
        return
    desk.say("\n".join(shown(line) for line in saved.text.split("\n")))  # whoever forged the file wrote this, too
    if not common.quiet:
        until = f"may be applied until {moment(saved.expires)}"
        desk.tell(f"Made {moment(saved.created)} by Mailform {shown(saved.tool_version)}, {until}.\n{saved.digest}")
