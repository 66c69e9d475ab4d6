"""The folder that a new file of configuration goes into: where it may be, and what is there already."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from mailform.cli.common import Common
from mailform.configuration.documents import MAX_BYTES
from mailform.configuration.files import MAIN, SUFFIX, sources
from mailform.configuration.findings import Findings
from mailform.configuration.inputs import VariableInputs
from mailform.configuration.load import parse
from mailform.diagnostics import Diagnostic, Mistakes, errors
from mailform.wanted import Configuration
from mailform_state.files import read_ours, usable, write_beside

TENANT = '[tenant]\nid = "fabrikam.onmicrosoft.com"\ncloud = "global"\n'
_STAND_IN = "no tenant yet"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A configuration without the file `path` that is to be written. `tenantless`: there is no [tenant] yet, and one
    stands in for it."""

    path: Path
    sources: Mapping[str, bytes]
    inputs: VariableInputs
    configuration: Configuration
    tenantless: bool = False


def surroundings(common: Common, path: Path, *, needs_tenant: bool) -> Surroundings:
    """What is there without `path`. Raises Mistakes."""
    findings = Findings()
    there = any(name == MAIN or name.endswith(SUFFIX) for name in _names(common.directory))
    found = dict(sources(common.directory, findings)) if there else {}
    if findings.wrong:
        raise Mistakes(findings.gathered())
    found.pop(str(path), None)
    if needs_tenant and not found:
        message = "there is no configuration in this folder yet: whose mail flow is it?"
        hint = f"write your tenant's GUID or one of its domains into {MAIN}, then run this again:"
        raise Mistakes((Diagnostic("missing-tenant", message, None, hint, paste=f"\n{TENANT}"),))
    inputs = VariableInputs(common.variables, common.variable_files, dict(os.environ))
    try:
        return Surroundings(path, found, inputs, parse(found or {_STAND_IN: b""}, inputs))
    except Mistakes as mistakes:
        if needs_tenant or {mistake.code for mistake in errors(mistakes.diagnostics)} != {"missing-tenant"}:
            raise
        found[_STAND_IN] = TENANT.encode()
        return Surroundings(path, found, inputs, parse(found, inputs), tenantless=True)


def destination(common: Common, out: str) -> Path:
    """The file that --out names, as the configuration names its files. A bare name is in the configuration's folder.
    Raises typer.BadParameter."""
    given = Path(out)
    folder = common.directory if given.parent == Path() else given.parent
    if given.name != MAIN and not given.name.endswith(SUFFIX):
        raise typer.BadParameter(f"{out!r} would not be read: name it such as found{SUFFIX}", param_hint="--out")
    if os.path.realpath(folder) != os.path.realpath(common.directory):
        raise typer.BadParameter(
            f"{out!r} is not in the configuration's folder: give a name alone, such as found{SUFFIX}",
            param_hint="--out",
        )
    return common.directory / given.name


def write_once(path: Path, text: str) -> None:
    """Writes the file, whole or not at all. One that is there already is left alone: the same text is as good as
    written, anything else is a mistake. Raises Mistakes, Unusable."""
    data = text.encode("utf-8")
    if len(data) > MAX_BYTES:
        message = f"the file would have {len(data):,} bytes, more than the {MAX_BYTES:,} that one may have"
        raise Mistakes((Diagnostic("file-too-large", message, None, "write several files, with --type or --name"),))
    if read_ours(path, MAX_BYTES) == data:
        return
    with usable(f"{path} can't be written:"):
        try:
            write_beside(path, data)
        except FileExistsError:
            raise Mistakes((_taken(path),)) from None


def _taken(path: Path) -> Diagnostic:
    hint = (
        "name another file with --out. If an earlier import was cut off and the tenant has changed since, "
        "delete the file and run this again"
    )
    return Diagnostic("file-exists", f"{path} is there already, and is never overwritten", None, hint)


def _names(directory: Path) -> list[str]:
    with usable(f"{directory} can't be read:"):
        return os.listdir(directory)
