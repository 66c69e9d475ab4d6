"""Outputs: all of them with the sensitive ones hidden, or one of them, asked for by name, as it is."""

from __future__ import annotations

from collections.abc import Mapping

from mailform.render import value as values
from mailform.render.escape import shown
from mailform.render.shape import Json, json
from mailform.render.value import SENSITIVE
from mailform_state.values import Output


def text(outputs: Mapping[str, Output]) -> str:
    """Every output on a line; sensitive ones are hidden."""
    if not outputs:
        return "There are no outputs.\n"
    return "".join(
        f"{shown(name)} = {values.text(outputs[name].value, sensitive=outputs[name].sensitive)}\n"
        for name in sorted(outputs)
    )


def as_json(outputs: Mapping[str, Output]) -> dict[str, Json]:
    """The same for programs: `{name: {sensitive, value}}`."""
    return {
        name: {"sensitive": held.sensitive, "value": SENSITIVE if held.sensitive else json(held.value)}
        for name, held in sorted(outputs.items())
    }


def one(output: Output) -> str:
    """One output that was asked for by name, sensitive or not, in full: this is the only place that shows one."""
    return values.text(output.value, whole=True) + "\n"


def one_as_json(output: Output) -> Json:
    """The same for programs: the bare value."""
    return json(output.value)
