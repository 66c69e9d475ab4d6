"""Mistakes and warnings as SARIF 2.1.0, which code scanning of GitHub, Azure DevOps and editors read."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from mailform.diagnostics import Diagnostic
from mailform.render.escape import shown
from mailform.render.shape import Json

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(diagnostics: Iterable[Diagnostic], tool_version: str) -> dict[str, Json]:
    """The whole log, of one run. Files are named as the positions name them, relative to the repository."""
    told = tuple(diagnostics)
    rules = {found.code: found for found in told}
    driver: dict[str, Json] = {
        "name": "Mailform",
        "semanticVersion": tool_version,
        "rules": [
            {"id": code, "defaultConfiguration": {"level": found.severity.value}} for code, found in rules.items()
        ],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(found, list(rules).index(found.code)) for found in told],
            }
        ],
    }


def _result(found: Diagnostic, rule: int) -> dict[str, Json]:
    said: dict[str, Json] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.severity.value,
        "message": {"text": _plain(f"{found.message}. {found.hint}" if found.hint else found.message)},
    }
    if found.position is not None:
        place: dict[str, Json] = {
            "artifactLocation": {"uri": quote(found.position.file, errors="surrogatepass"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": found.position.line, "startColumn": found.position.column},
        }
        said["locations"] = [{"physicalLocation": place}]
    return said


def _plain(text: str) -> str:
    """A text in which nothing is a link: in a message of SARIF `[a](b)` is one."""
    return shown(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
