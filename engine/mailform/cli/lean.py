"""Command lines without the weight of their parser.

typer passes every value through a pydantic adapter, also those that were not given and those that are text already.
Importing pydantic takes longer than all that `version` does, so what needs no conversion gets none. Were typer to name
its methods differently some day, commands would be slower and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


def lean(command: Any) -> Any:
    """The command (a group: with its commands), its options converted only where there is something to convert."""
    listed = command.get_params

    def get_params(context: Any) -> list[Any]:  # `--help` is made only when this is asked for
        options: list[Any] = listed(context)
        for option in options:
            if not isinstance(option.process_value, partial):
                option.process_value = partial(_processed, option, option.process_value)
        return options

    command.get_params = get_params
    for inner in getattr(command, "commands", {}).values():
        lean(inner)
    return command


def _processed(option: Any, converted: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    annotation = option.type_descriptor.annotation
    if value is None and not option.required:
        nothing = () if option.multiple or option.nargs == -1 else None
        return nothing if option.callback is None else option.callback(context, option, nothing)
    if option.callback is None:
        if annotation in (str, int) and type(value) is annotation:
            return value
        if annotation == list[str] and isinstance(value, (list, tuple)) and value:
            return list(value)
    return converted(context, value)
