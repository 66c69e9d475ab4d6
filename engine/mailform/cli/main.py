"""Where the program begins: the commands, and what becomes of everything that goes wrong."""

from __future__ import annotations

import os
import sys
from typing import Any

import click
import typer

from mailform.cli import apply, destroy, plan, version
from mailform.exits import Exit

app = typer.Typer(
    name="mailform",
    help="Plan, apply and import for Exchange Online mail flow: connectors, transport rules, accepted domains.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (plan, apply, destroy, version):
    command.register(app)


def run() -> None:
    """The console script. No traceback ever reaches a user."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Runs one command line and answers with its exit code."""
    from mailform.cli.failing import failed

    as_json = "--json" in arguments
    try:
        result: Any = typer.main.get_command(app).main(arguments, prog_name="mailform", standalone_mode=False)
        code = result if isinstance(result, int) else 0
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.UsageError as error:
        from mailform.render.escape import shown

        usage = error.ctx.get_usage() + "\n" if error.ctx is not None else ""
        sys.stderr.write(f"{usage}Error: {shown(error.format_message())}\n  hint: see mailform --help\n")
        return int(Exit.ERROR)
    except BrokenPipeError:
        # whoever read our output has enough; Python must not complain about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.ERROR)
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("\nInterrupted; nothing was changed.\n")
        return int(Exit.ERROR)
    except Exception as error:
        return int(failed(error, as_json=as_json))
    return code
