"""`mailform schema`: what an editor needs to complete and check a mailform.toml while it is being written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailform.cli.common import Common, with_common

_HELP = """Print a JSON Schema of the configuration, for editors.

Taplo and Even Better TOML (VS Code) take it: save it beside the configuration with

  mailform schema --out mailform.schema.json

and make this the first line of mailform.toml:

  #:schema ./mailform.schema.json
"""


def register(app: typer.Typer) -> None:
    app.command("schema", help=_HELP, short_help="Print a JSON Schema of the configuration, for editors.")(
        with_common(command)
    )


def command(
    common: Common,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it into this file.")] = None,
) -> None:
    import json

    from mailform.cli import desk
    from mailform.configuration.editor_schema import schema
    from mailform.render.escape import shown
    from mailform_state.files import usable

    document = schema()
    if out is not None:
        with usable(f"{out} can't be written:"):
            out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        if not common.quiet:
            first = f"#:schema ./{out.name}"
            desk.tell(shown(f"Wrote {out}. Switch it on with this first line of mailform.toml: {first}"))
    elif common.json:
        desk.say_json(document)
    else:
        desk.say(json.dumps(document, indent=2))
