"""Commands whose names are taken and which a later version will have. They say so, and do nothing."""

from __future__ import annotations

import typer

from mailform.diagnostics import Diagnostic, Mistakes

_INSTEAD = {
    "sandbox": 'until then, cloud = "sandbox" in [tenant] gives every command a tenant that lives on this disk',
}


def register(app: typer.Typer) -> None:
    anything = {"allow_extra_args": True, "ignore_unknown_options": True}
    for name in _INSTEAD:
        app.command(name, help="Comes with a later version.", context_settings=anything)(command)


def command(context: typer.Context) -> None:
    name = str(context.info_name)
    raise later(f"`mailform {name}`", _INSTEAD[name])


def later(what: str, hint: str) -> Mistakes:
    """The mistake of asking for something that only a later version has."""
    return Mistakes((Diagnostic("reserved", f"{what} is reserved: this version doesn't have it yet", None, hint),))
