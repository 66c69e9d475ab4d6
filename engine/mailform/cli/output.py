"""`mailform output`: the values that the configuration publishes, as the last apply left them."""

from __future__ import annotations

from typing import Annotated

import typer

from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("output", help="Show the outputs, or one of them.")(with_common(command))


def command(
    common: Common,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="This one alone, also when it is sensitive.")
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="The string itself, for programs: no quotes, no line's end.")
    ] = False,
) -> None:
    from mailform.cli import desk
    from mailform.configuration.findings import did_you_mean, shown
    from mailform.diagnostics import Diagnostic, Mistakes
    from mailform.render import outputs

    if raw and (name is None or common.json):
        raise typer.BadParameter("it is for one output by its NAME, and not with --json", param_hint="--raw")
    state = desk.store(common).read()
    held = {} if state is None else state.outputs
    if name is None:
        if common.json:
            desk.say_json({**outputs.as_json(held), **({} if state is None else outputs.told_as_json(state))})
        else:
            desk.say(outputs.text(held) + ("" if state is None else outputs.told(state)))
        return
    if name not in held:
        hint = did_you_mean(name, held, "`mailform output` shows those there are; `mailform apply` records new ones")
        raise Mistakes((Diagnostic("unknown-output", f"there is no output {shown(name)}", None, hint),))
    found = held[name]
    if common.json:
        desk.say_json(outputs.one_as_json(found))
    elif not raw:
        desk.say(outputs.one(found))
    elif isinstance(found.value, str):
        desk.hand_over(found.value)
    else:
        hint = f"take it as JSON: mailform output {name} --json"
        raise Mistakes((Diagnostic("not-a-string", f"the output {shown(name)} is no string", None, hint),))
