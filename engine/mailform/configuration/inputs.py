"""The values that variables are given from outside: `--var`, `--var-file`, `MAILFORM_VAR_k`, the strongest first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from mailform.configuration.documents import Document, document
from mailform.configuration.files import content
from mailform.configuration.findings import Findings, shown
from mailform.diagnostics import Diagnostic, Position
from mailform_state.values import NOTHING

PREFIX = "MAILFORM_VAR_"


@dataclass(frozen=True, slots=True)
class VariableInputs:
    """What a command was given for the variables. `assignments` are `k=v` as typed after `--var`; `files` are read as
    TOML; of `environment` only MAILFORM_VAR_… counts. The last of several with one name is the strongest."""

    assignments: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A text, still to be read as the variable's type asks for."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A value out of a var-file, as tomllib gave it."""

    data: object
    document: Document
    name: str

    @property
    def position(self) -> Position:
        return self.document.value((self.name,))


Given: TypeAlias = Raw | Typed


def given(inputs: VariableInputs, declared: frozenset[str], findings: Findings) -> Mapping[str, Given]:
    """The strongest value for each variable that has one. Undeclared: after `--var` a mistake, in a file a warning
    (one file may serve several configurations), in the environment nothing."""
    from_environment = {
        name.removeprefix(PREFIX): Raw(text, f"the environment variable {name}")
        for name, text in inputs.environment.items()
        if name.startswith(PREFIX)
    }
    from_files: dict[str, Given] = {}
    for path in inputs.files:
        from_files.update(_from_file(path, declared, findings))
    found = {**from_environment, **from_files, **_assigned(inputs.assignments, declared, findings)}
    return {name: value for name, value in found.items() if name in declared}


def _assigned(assignments: tuple[str, ...], declared: frozenset[str], findings: Findings) -> Mapping[str, Given]:
    found: dict[str, Given] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            findings.error("bad-variable", f"--var {shown(name)} has no value", None, "write --var name=value")
        elif name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            hint = f"declare it as [variables.NAME]; declared: {known}"
            findings.error("undeclared-variable", f"there is no variable {shown(name)}, which --var sets", None, hint)
        else:
            found[name] = Raw(text, "--var")
    return found


def _from_file(path: Path, declared: frozenset[str], findings: Findings) -> Mapping[str, Given]:
    read = content(path, findings, links=True)
    parsed = None if read is None else document(str(path), read)
    if isinstance(parsed, Diagnostic):
        findings.extend([parsed])
        return {}
    if parsed is None:
        return {}
    for name in parsed.data.keys() - declared:
        at = parsed.key((name,))
        findings.warning(
            "undeclared-variable",
            f"there is no variable {shown(name)}",
            at,
            "declare it as [variables.NAME], or take it out",
        )
    return {name: Typed(data, parsed, name) for name, data in parsed.data.items()}


def toml_value(text: str) -> object:
    """The one TOML value that is written in `text`. Raises ValueError."""
    try:
        table = tomllib.loads(f"value = {text}\n") or NOTHING
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if table.keys() != {"value"}:
        raise ValueError("more than one value")
    return table["value"]
