"""Mistakes and warnings as JUnit's XML, which every pipeline shows among its tests.

A mistake is a test that failed, a warning one that passed and says something; without any there is one that passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree

from mailform.diagnostics import Diagnostic, Severity
from mailform.render import diagnostics as text
from mailform.render.escape import shown

_NAME = "mailform validate"


def junit(diagnostics: Iterable[Diagnostic], at: datetime) -> str:
    """The whole document, in ASCII. `at` is when it was validated."""
    told = tuple(diagnostics)
    failing = sum(found.severity is Severity.ERROR for found in told)
    suite = ElementTree.Element(
        "testsuite",
        {
            "package": "mailform",
            "id": "0",
            "name": _NAME,
            "timestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
            "hostname": "localhost",
            "tests": str(max(len(told), 1)),
            "failures": str(failing),
            "errors": "0",
            "time": "0",
        },
    )
    ElementTree.SubElement(suite, "properties")
    for found in told:
        case = _case(suite, f"{found.code}: {found.position or 'configuration'}")
        if found.severity is Severity.ERROR:
            failure = ElementTree.SubElement(case, "failure", {"type": found.code, "message": _legal(found.message)})
            failure.text = _whole((found,))
    if not told:
        _case(suite, "the configuration is valid")
    warnings = tuple(found for found in told if found.severity is Severity.WARNING)
    ElementTree.SubElement(suite, "system-out").text = _whole(warnings)
    ElementTree.SubElement(suite, "system-err")
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    document: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"


def _case(suite: ElementTree.Element, name: str) -> ElementTree.Element:
    said = {"name": _legal(name), "classname": _NAME, "time": "0"}
    return ElementTree.SubElement(suite, "testcase", said)


def _whole(found: tuple[Diagnostic, ...]) -> str:
    return "\n".join(map(_legal, text.text(found, colour=False).split("\n")))


def _legal(line: str) -> str:
    """A line without what XML can't hold: controls and half characters are spelled out, and so are the two places of
    Unicode that are no characters."""
    return shown(line).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
