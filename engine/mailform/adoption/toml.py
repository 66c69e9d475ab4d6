"""Values as TOML text. tomli-w writes them; lines are broken as a person would."""

from __future__ import annotations

import tomli_w

from mailform.spelling import toml_text
from mailform_state.values import Value

WIDTH = 120


def pair(name: str, value: Value) -> str:
    """`name = value`, with a list on one line where it fits. A text of several lines keeps them; what could hide or
    reorder other text is written as an escape."""
    return toml_text(_pair(name, value))


def _pair(name: str, value: Value) -> str:
    if not isinstance(value, tuple):
        several = isinstance(value, str) and "\n" in value
        return tomli_w.dumps({name: value}, multiline_strings=several).rstrip("\n")
    items = [tomli_w.dumps({"x": item}).rstrip("\n").partition(" = ")[2] for item in value]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name} = [", *(f"    {item}," for item in items), "]"])
