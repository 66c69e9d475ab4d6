"""The options that every command takes, and the decorator that gives a command them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Common:
    """What was asked of the command as such. `json`: one document on one line of standard output, and nothing else."""

    directory: Path
    variables: tuple[str, ...]
    variable_files: tuple[Path, ...]
    backend_config: tuple[str, ...]
    json: bool
    color: bool
    quiet: bool
    verbose: int


def _options(
    directory: Annotated[
        Path, typer.Option("-C", "--chdir", metavar="DIR", help="The folder of the configuration.")
    ] = Path(),
    var: Annotated[list[str] | None, typer.Option("--var", metavar="K=V", help="Sets a variable.")] = None,
    var_file: Annotated[
        list[Path] | None, typer.Option("--var-file", metavar="FILE", help="Sets variables from a TOML file.")
    ] = None,
    backend_config: Annotated[
        list[str] | None, typer.Option("--backend-config", metavar="K=V", help="Completes the [backend] block.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on one line.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")] = False,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more; twice: every request.")] = 0,
) -> Common:
    return Common(
        directory=directory,
        variables=tuple(var or ()),
        variable_files=tuple(var_file or ()),
        backend_config=tuple(backend_config or ()),
        json=json,
        color=not no_color,
        quiet=quiet,
        verbose=verbose,
    )


def with_common(command: Callable[Concatenate[Common, P], None]) -> Callable[..., None]:
    """The command with the common options added to its own, for typer to read."""
    shared = inspect.signature(_options, eval_str=True).parameters
    _, *own = inspect.signature(command, eval_str=True).parameters.values()

    @wraps(command)
    def wrapped(**given: Any) -> None:
        common = _options(**{name: given.pop(name) for name in shared})
        command(common, **given)

    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *shared.values())]
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer looks at
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del wrapped.__wrapped__  # type: ignore[attr-defined]  # or typer would look through it
    return wrapped
