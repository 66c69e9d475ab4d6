"""Variables: what is declared, what it is given, and whether that may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, escaped, listed, shown
from mailform.configuration.fixed import ValidationShape, VariableShape
from mailform.configuration.inputs import Given, Raw, Typed, VariableInputs, given, toml_value
from mailform.configuration.plain import Unfit, plain
from mailform.configuration.references import Hole, Malformed, pieces
from mailform.configuration.shapes import shaped
from mailform.diagnostics import Position
from mailform_state.values import Value

_NAMES: Mapping[str, str] = {
    "string": "a string",
    "number": "a number",
    "bool": "true or false",
    "list": "a list",
    "map": "a table",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value. `broken`: there is none, and why is among the findings; so don't complain again."""

    value: Value
    sensitive: bool = False
    broken: bool = False


def variables(blocks: Mapping[str, Block], inputs: VariableInputs, findings: Findings) -> Mapping[str, Variable]:
    """Every declared variable with its value, checked."""
    values = given(inputs, frozenset(blocks), findings)
    return {name: _variable(name, block, values.get(name), findings) for name, block in blocks.items()}


def _variable(name: str, block: Block, value: Given | None, findings: Findings) -> Variable:
    shape = shaped(VariableShape, block, findings)
    if shape is None:
        return Variable("", broken=True)
    own = block.data if isinstance(block.data, dict) else {}
    if value is None and "default" not in own:
        findings.error(
            "missing-variable",
            f"the variable `{name}` has no value",
            block.position,
            f"give it with --var {name}=…, in a --var-file, as MAILFORM_VAR_{name}, or add a `default`",
        )
        return Variable("", shape.sensitive, broken=True)
    at, source = _origin(value, block)
    try:
        found = _read(shape, value, block)
    except (Unfit, Malformed) as error:
        findings.error("bad-value", f"the variable `{name}`{source}: {error.message}", at, "correct the value")
        return Variable("", shape.sensitive, broken=True)
    except ValueError:
        message = f"the variable `{name}`{source} has to be {_NAMES[shape.type]}, written as TOML"
        findings.error("wrong-type", message, at, f"for example --var '{name}={_example(shape.type)}'")
        return Variable("", shape.sensitive, broken=True)
    if not _is(shape.type, found):
        what = "" if shape.sensitive else f", not {shown(found)}"
        message = f"the variable `{name}`{source} has to be {_NAMES[shape.type]}{what}"
        findings.error("wrong-type", message, at, f"give a value such as {_example(shape.type)}")
        return Variable("", shape.sensitive, broken=True)
    rules = None if shape.validation is None else shaped(ValidationShape, block, findings, "validation")
    if rules is not None:
        _validate(name, rules, found, block, at, findings, "the value" if shape.sensitive else shown(found))
    return Variable(found, shape.sensitive)


def _origin(value: Given | None, block: Block) -> tuple[Position, str]:
    match value:
        case Raw(source=source):
            return block.position, f", as {source} gives it,"
        case Typed():
            return value.position, ""
        case None:
            return block.value("default"), ""


def _read(shape: VariableShape, value: Given | None, block: Block) -> Value:
    match value:
        case Raw(text=text):
            return plain(text if shape.type == "string" else toml_value(text))
        case Typed(data=data):
            return plain(data)
        case None:
            return _literal(plain(shape.default))


def _literal(value: Value) -> Value:
    """A default: like any text of the configuration `$${` is `${` in it, but it can't refer to anything."""
    match value:
        case str():
            parts = pieces(value)
            hole = next((part for part in parts if isinstance(part, Hole)), None)
            if hole is not None:
                raise Malformed(hole.text, f"a default can't refer to anything, as {escaped(hole.text)} does", "")
            return "".join(part for part in parts if isinstance(part, str))
        case tuple():
            return tuple(_literal(item) for item in value)
        case Mapping():
            return {key: _literal(item) for key, item in value.items()}
        case _:
            return value


def _is(type: str, value: Value) -> bool:
    match type:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
        case "list":
            return isinstance(value, tuple)
        case _:
            return isinstance(value, Mapping)


def _example(type: str) -> str:
    return {"string": "text", "number": "3", "bool": "true", "list": '["a", "b"]', "map": '{ a = "b" }'}[type]


def _validate(
    name: str, rules: ValidationShape, value: Value, block: Block, at: Position, findings: Findings, as_shown: str
) -> None:
    try:
        broken = _first_broken(rules, value)
    except (re.error, OverflowError, RecursionError) as error:
        where = block.value("validation", "pattern")
        findings.error("bad-pattern", f"the pattern of `{name}` is no regular expression: {error}", where, "correct it")
        return
    if broken:
        findings.error(
            "invalid-value", f"the variable `{name}`: {as_shown} {broken}", at, rules.message or "give another value"
        )


def _first_broken(rules: ValidationShape, value: Value) -> str | None:
    size = value if isinstance(value, int | float) else len(value) if isinstance(value, str | tuple | Mapping) else 0
    texts = [text for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)]
    if rules.pattern is not None:
        pattern = re.compile(rules.pattern)
        if not all(pattern.fullmatch(text) for text in texts):
            return f"doesn't match {escaped(rules.pattern)}"
    if rules.one_of is not None and value not in [plain(allowed) for allowed in rules.one_of]:
        return f"isn't {listed(escaped(str(allowed)) for allowed in rules.one_of)}" if rules.one_of else "isn't allowed"
    if rules.min is not None and size < rules.min:
        return f"is less than {rules.min:g}" if isinstance(value, int | float) else f"is shorter than {rules.min:g}"
    if rules.max is not None and size > rules.max:
        return f"is more than {rules.max:g}" if isinstance(value, int | float) else f"is longer than {rules.max:g}"
    return None
