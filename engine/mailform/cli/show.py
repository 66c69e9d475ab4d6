"""`mailform show`: what the state knows, or what is in a saved plan. Reads files only, never the tenant."""

from __future__ import annotations

from pathlib import Path

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("show", help="Show the state, or a saved plan.")(with_common(command))


def command(common: Common, planfile: shared.PlanFileArgument = None, format: shared.PlanFormat = "text") -> None:
    from mailform.cli import reviews

    shared.one_of(format, reviews.PLAN_FORMATS if planfile is not None else ("text", "json"), "--format")
    if planfile is None:
        _state(common, as_json=common.json or format == "json")
    else:
        _plan(common, planfile, "json" if common.json else format)


def _state(common: Common, *, as_json: bool) -> None:
    from mailform.cli import desk
    from mailform.render import state_json, state_text

    state = desk.store(common).read()
    if as_json:
        desk.say_json({"format_version": state_json.FORMAT_VERSION} if state is None else state_json.whole(state))
    else:
        desk.say("There is no state yet: nothing was applied." if state is None else state_text.whole(state))


def _plan(common: Common, path: Path, format: str) -> None:
    from mailform.cli import approved, desk, reviews
    from mailform.render.escape import shown
    from mailform.render.figures import moment

    saved = approved.opened(path, None, desk.seal(common))
    if format == "json":
        ours = saved.shown.get("mailform")
        named = {**ours, "plan_digest": saved.digest} if isinstance(ours, dict) else {"plan_digest": saved.digest}
        desk.say_json({**saved.shown, "mailform": named})
        return
    if format != "text":
        desk.say(reviews.reviewed(saved.shown, format))
        return
    desk.say("\n".join(shown(line) for line in saved.text.split("\n")))  # whoever forged the file wrote this, too
    if not common.quiet:
        until = f"may be applied until {moment(saved.expires)}"
        desk.tell(
            f"Made {moment(saved.created)} by Mailform {shown(saved.tool_version)}, {until}.\n{approved.seal(saved)}"
        )
