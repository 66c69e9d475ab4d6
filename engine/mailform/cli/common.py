"""The options that every command takes, and the decorator that gives a command them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate

import typer

if TYPE_CHECKING:
    from mailform.cli.stream import Stream


@dataclass(frozen=True, slots=True)
class Common:
    """What was asked of the command as such. `json`: one document on one line of standard output, and nothing else;
    with a `stream` that many, as `--events` asks."""

    directory: Path
    variables: tuple[str, ...]
    variable_files: tuple[Path, ...]
    backend_config: tuple[str, ...]
    json: bool
    color: bool
    quiet: bool
    verbose: int
    stream: Stream | None = None


def _options(
    directory: Annotated[
        str | None,
        typer.Option("-C", "--chdir", metavar="DIR", show_default=False, help="The folder of the configuration."),
    ] = None,
    var: Annotated[list[str] | None, typer.Option("--var", metavar="K=V", help="Sets a variable.")] = None,
    var_file: Annotated[
        list[str] | None, typer.Option("--var-file", metavar="FILE", help="Sets variables from a TOML file.")
    ] = None,
    backend_config: Annotated[
        list[str] | None, typer.Option("--backend-config", metavar="K=V", help="Completes the [backend] block.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on one line.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")] = False,
    verbose: Annotated[
        int,
        typer.Option("-v", "--verbose", count=True, show_default=False, help="Show every request; twice: its id too."),
    ] = 0,
    *,
    before: Common | None = None,
) -> Common:
    """The common options of a command. `before`: those that were given before the command's name; what is given
    after it counts more, and adds to lists."""
    first = before or Common(Path(), (), (), (), json=False, color=True, quiet=False, verbose=0)
    return Common(
        directory=first.directory if directory is None else Path(directory),
        variables=(*first.variables, *(var or ())),
        variable_files=(*first.variable_files, *map(Path, var_file or ())),
        backend_config=(*first.backend_config, *(backend_config or ())),
        json=first.json or json,
        color=first.color and not no_color,
        quiet=first.quiet or quiet,
        verbose=first.verbose + verbose,
    )


def with_common(command: Callable[Concatenate[Common, ...], None]) -> Callable[..., None]:
    """The command with the common options added to its own, for typer to read."""
    *shared, _ = inspect.signature(_options, eval_str=True).parameters.values()
    _, *own = inspect.signature(command, eval_str=True).parameters.values()

    @wraps(command)
    def wrapped(context: typer.Context, **given: Any) -> None:
        options = {option.name: given.pop(option.name) for option in shared}
        before = context.obj if isinstance(context.obj, Common) else None
        context.obj = common = _options(**options, before=before)
        command(common, **given)

    handed_in = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    listed = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *shared)]
    parameters = [handed_in, *listed]
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer looks at
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del wrapped.__wrapped__  # or typer would look through it
    return wrapped
