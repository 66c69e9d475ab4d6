"""Checking a fixed block against its shape: pydantic's errors become diagnostics where the mistake is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, did_you_mean, escaped, listed, shown
from mailform.configuration.models import Shape
from mailform.diagnostics import Diagnostic

S = TypeVar("S", bound=Shape)
_EXPECTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "float_type": "a number",
    "string_too_short": "a text that isn't empty",
}


def shaped(shape: type[S], block: Block, findings: Findings, *inside: str) -> S | None:
    """The block (or the table `inside` it) as its shape; None, and the mistakes among the findings, when it doesn't
    fit."""
    data = block.data
    for step in inside:
        data = data[step] if isinstance(data, dict) else None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        findings.extend(_mistakes(shape, error, block, inside))
        return None


def _mistakes(
    shape: type[Shape], error: ValidationError, block: Block, inside: tuple[str, ...]
) -> Iterator[Diagnostic]:
    told: set[tuple[str | int, ...]] = set()
    for detail in error.errors(include_url=False, include_context=True, include_input=True):
        # A union reports each of its branches below the field; one report a field is enough.
        place = (*inside, *(step for step in detail["loc"] if _is_written(step)))
        if place not in told:
            told.add(place)
            yield _mistake(shape, detail, block, place)


def _is_written(step: str | int) -> bool:
    return isinstance(step, int) or not (step.startswith(("list[", "literal[")) or step == "str")


def _mistake(shape: type[Shape], detail: ErrorDetails, block: Block, place: tuple[str | int, ...]) -> Diagnostic:
    name = escaped(str(place[-1])) if place else ""
    match detail["type"]:
        case "missing":
            return Diagnostic(
                "missing-attribute", f"{block.title} has no `{name}`", block.position, f"add `{name} = …` to the block"
            )
        case "extra_forbidden":
            known = [field.alias or key for key, field in shape.model_fields.items()]
            hint = did_you_mean(name, known, f"it takes {listed(known)}")
            return Diagnostic("unknown-attribute", f"{block.title} has no attribute `{name}`", block.key(*place), hint)
        case "literal_error":
            expected = str(detail.get("ctx", {}).get("expected", ""))
            words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
            hint = did_you_mean(str(detail["input"]), words, f"write {listed(words)}")
            return Diagnostic("unknown-value", f"`{name}` can't be {shown(detail['input'])}", block.value(*place), hint)
        case kind:
            expected = _EXPECTED.get(kind, "something else")
            message = f"`{name}` has to be {expected}, not {shown(detail['input'])}"
            return Diagnostic("wrong-type", message, block.value(*place), f"write {expected}")
