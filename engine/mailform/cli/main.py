"""Where the program begins: the commands, and what becomes of everything that goes wrong.

A command's module is imported when the command is asked for, and only then does typer look at its options: `version`
needn't pay for `apply`. Whoever asks for help pays for all of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mailform.cli.common import Common, with_common
from mailform.cli.lean import lean
from mailform.exits import Exit

COMMANDS: Mapping[str, str] = {
    "init": "init",
    "validate": "validate",
    "fmt": "fmt",
    "plan": "plan",
    "apply": "apply",
    "destroy": "destroy",
    "import": "import_one",
    "show": "show",
    "state": "state",
    "output": "output",
    "graph": "graph",
    "drift": "drift",
    "recover": "recover",
    "unlock": "unlock",
    "login": "login",
    "sandbox": "sandbox",
    "schema": "schema",
    "version": "version",
}
"""Every command, in the order of the help, and the module here that has it."""


class Commands(TyperGroup):
    """The commands by name, each loaded when it is asked for. (typer keeps its types for contexts and commands to
    itself.)"""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            return _loaded(cmd_name)
        self.commands = {name: _loaded(name) for name in COMMANDS}  # for typer to suggest the nearest
        return None


def _loaded(name: str) -> Any:
    only = typer.Typer(rich_markup_mode=None)
    import_module(f"mailform.cli.{COMMANDS[name]}").register(only)
    return lean(typer.main.get_group(only).commands[name])


app = typer.Typer(
    name="mailform",
    cls=Commands,
    help="Plan, apply and import for Exchange Online mail flow: connectors, transport rules, accepted domains.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        from mailform.cli import version

        version.tell(as_json=False)
        raise typer.Exit


@app.callback()
@with_common
def anywhere(
    common: Common,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Show the version.")
    ] = False,
) -> None:
    """Takes the common options before the command; `with_common` hands them on."""


def run() -> None:
    """The console script. No traceback ever reaches a user."""
    _require_streams()
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Runs one command line and answers with its exit code."""
    as_json, as_events = "--json" in arguments, "--events" in arguments
    try:
        result: Any = lean(typer.main.get_command(app)).main(arguments, prog_name="mailform", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except typer.TyperException as error:
        _misused(error)
    except BrokenPipeError:
        # whoever read our output has enough; Python must not complain about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\nInterrupted; nothing was changed.\n")
    except Exception as error:
        from mailform.cli.failing import failed

        return int(failed(error, as_json=as_json, as_events=as_events))
    return int(Exit.ERROR)


def _misused(error: typer.TyperException) -> None:
    """Tells what is wrong with the command line; the help, where nothing was asked for."""
    from mailform.render.escape import shown

    context: typer.Context | None = getattr(error, "ctx", None)
    message = error.format_message()
    if context is not None and message == context.get_help():
        sys.stderr.write(f"{message}\n")
        return
    usage = "" if context is None else f"{context.get_usage()}\n"
    command = "mailform" if context is None else context.command_path
    sys.stderr.write(f"{usage}Error: {shown(message)}\n  hint: see {command} --help\n")


def _require_streams() -> None:
    """Gives back the standard streams that whoever started us has closed, and lets none of them choke on a letter."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # open as long as the process
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files here
