"""From the files of a folder to rules, or to everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mailform.configuration.documents import Document, document
from mailform.configuration.files import content
from mailform.configuration.findings import Findings, did_you_mean, escaped
from mailform.diagnostics import Mistakes, Position
from mailform.policy.rules import Effect, Rule

FOLDER = "policies"
"""Beside the configuration; read without being asked for."""

_HINT = "put policies there as *.toml, or take the option away"


def rules(directory: Path, more: Iterable[Path] = ()) -> tuple[Rule, ...]:
    """The rules beside the configuration, and those of `more` folders. Raises Mistakes with all that is wrong."""
    findings = Findings()
    found: list[Rule] = []
    beside = directory / FOLDER
    for folder in (*([beside] if os.path.lexists(beside) else []), *more):
        for path in _files(folder, findings):
            read = content(path, findings, links=False)
            if read is None:
                continue
            parsed = document(str(path), read)
            if isinstance(parsed, Document):
                found += _rules(parsed, findings)
            else:
                findings.extend((parsed,))
    _require_names_of_their_own(found, findings)
    if findings.wrong:
        raise Mistakes(findings.gathered())
    return tuple(found)


def _files(folder: Path, findings: Findings) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if name.endswith(".toml")]
    except OSError as error:
        message = f"{folder} can't be read: {error.strerror or error}"
        findings.error("unreadable", message, Position(str(folder), 1, 1), _HINT)
        return []


def _rules(file: Document, findings: Findings) -> Iterator[Rule]:
    from mailform.policy.rule_text import rule

    for word, tables in file.data.items():
        if word not in list(Effect):
            hint = did_you_mean(word, Effect, "a rule begins with `[deny.name]` or `[warn.name]`")
            findings.error("unknown-block", f"policies have no `{escaped(word)}`", file.key((word,)), hint)
        elif not isinstance(tables, dict):
            findings.error(
                "wrong-type", f"`{word}` has to be a table", file.value((word,)), f"begin with `[{word}.name]`"
            )
        else:
            for name in tables:
                made = rule(file, Effect(word), name, findings)
                if made is not None:
                    yield made


def _require_names_of_their_own(found: Iterable[Rule], findings: Findings) -> None:
    """A message names the rule that speaks; two of one name couldn't be told apart."""
    seen: dict[str, Rule] = {}
    for one in found:
        first = seen.setdefault(one.name, one)
        if first is not one:
            message = f"there are two rules `{escaped(one.name)}`, the other one is {first.position}"
            findings.error("duplicate", message, one.position, "give one of them another name")
