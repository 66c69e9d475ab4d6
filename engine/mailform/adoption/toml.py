"""Values as TOML text. tomli-w writes them; lines are broken as a person would."""

from __future__ import annotations

import tomli_w

from mailform.spelling import toml_text
from mailform_state.values import Value
from mailform_state.visible import is_harmful

WIDTH = 120


def pair(name: str, value: Value) -> str:
    """`name = value`, with a list on one line where it fits. A text of several lines keeps them, unless something else
    in it could hide or reorder other text: then all of it is escaped, and no line of it begins one of ours."""
    return toml_text(_pair(name, value))


def _pair(name: str, value: Value) -> str:
    if not isinstance(value, tuple):
        return tomli_w.dumps({name: value}, multiline_strings=_has_lines(value)).rstrip("\n")
    items = [tomli_w.dumps({"x": item}).rstrip("\n").partition(" = ")[2] for item in value]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name} = [", *(f"    {item}," for item in items), "]"])


def _has_lines(value: Value) -> bool:
    if not isinstance(value, str) or "\n" not in value:
        return False
    return not any(is_harmful(character) for character in value.replace("\r\n", "").replace("\n", "").replace("\t", ""))
