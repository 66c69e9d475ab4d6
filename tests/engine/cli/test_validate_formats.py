"""`validate` for code scanners, for annotations of a job and for a pipeline's list of tests: against the schemas of
those who read them, with hostile texts too."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from hostile import harmful, shows_nothing_harmful
from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.render.junit import junit
from mailform.render.sarif import sarif
from mailform.render.workflow_commands import commands
from outside import fetched
from terminal import Terminal

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)
WRONG = """
[transport_rule.a]
name = "A"
conditions = { from_scop = "InOrganization" }
actions = { prepend_subject = "x" }

[transport_rule.b]
name = "a"
conditions = {}
actions = { delete_message = true, quarantine = "maybe" }
"""
WARNED = """
[outbound_connector.out]
name = "Out"
connector_type = "OnPremises"
is_transport_rule_scoped = true
use_mx_record = false
smart_hosts = ["smtp.contoso.com"]

[transport_rule.loop]
name = "Loop"
conditions = { from_scope = "InOrganization" }
actions = { route_message_outbound_connector = "${outbound_connector.out.name}" }
"""
COMMANDS = ["::error::x", "\n::error::x", "a,b:c%d", "##vso[x]", "[a](b)", "{0}", "<x>]]>"]
UNSEEN = ["\x00\x1b", "\ufffe\uffff", "\u202e", "\ud800", ""]
TEXT = st.text(max_size=20) | st.sampled_from([*COMMANDS, *UNSEEN])
DIAGNOSTICS = st.lists(
    st.builds(
        Diagnostic,
        code=st.sampled_from(["loop", "unknown-attribute"]),
        message=TEXT,
        position=st.none() | st.builds(Position, TEXT, st.integers(1, 9), st.integers(1, 9), TEXT),
        hint=TEXT,
        severity=st.sampled_from(Severity),
        paste=TEXT,
    ),
    max_size=3,
).map(tuple)


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(fetched("sarif-2.1.0.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(fetched("JUnit.xsd"))


@pytest.fixture(params=[WRONG, WARNED, ""], ids=["mistakes", "warnings", "nothing"])
def configured(request: pytest.FixtureRequest, terminal: Terminal) -> Terminal:
    terminal.write(request.param)
    return terminal


def test_sarif_is_what_its_schema_wants_and_says_what_json_says(
    configured: Terminal, sarif_schema: jsonschema.Draft202012Validator
) -> None:
    ran, plain = configured.run("validate", "--format", "sarif"), configured.run("validate", "--json")
    sarif_schema.validate(ran.document)
    assert ran.code == plain.code
    (run,) = ran.document["runs"]
    found = plain.document["diagnostics"]
    assert [one["ruleId"] for one in run["results"]] == [one["code"] for one in found]
    for one, other in zip(run["results"], found, strict=True):
        place = one["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == other["range"]["start"]["line"]
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]


def test_junit_is_what_its_schema_wants_and_counts_right(
    configured: Terminal, junit_schema: xmlschema.XMLSchema
) -> None:
    ran, plain = configured.run("validate", "--format", "junit"), configured.run("validate", "--json")
    junit_schema.validate(ran.out)
    assert ran.code == plain.code
    (suite,) = ElementTree.fromstring(ran.out)
    assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"]) == plain.document["error_count"]
    assert len(suite.findall("testcase")) == int(suite.attrib["tests"])
    for one in plain.document["diagnostics"]:
        assert one["summary"] in "".join(suite.itertext())


def test_github_gets_a_command_a_line(configured: Terminal) -> None:
    ran, plain = configured.run("validate", "--format", "github"), configured.run("validate", "--json")
    assert ran.code == plain.code
    lines, found = ran.out.splitlines(), plain.document["diagnostics"]
    assert len(lines) == len(found)
    for line, one in zip(lines, found, strict=True):
        start = one["range"]["start"]
        place = f"file=mailform.toml,line={start['line']},col={start['column']}"
        assert line.startswith(f"::{one['severity']} title=Mailform%3A {one['code']},{place}::{one['summary']}%0A")


def test_files_are_named_from_where_the_command_is_run(terminal: Terminal) -> None:
    (terminal.folder / "mail flow").mkdir()
    terminal.write(WRONG, "mail flow/mailform.toml")
    ran = terminal.run("-C", "mail flow", "validate", "--format", "sarif")
    (first, *_) = ran.document["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "mail%20flow/mailform.toml"
    assert "file=mail flow/mailform.toml," in terminal.run("-C", "mail flow", "validate", "--format", "github").out


@given(DIAGNOSTICS)
def test_sarif_takes_any_text(sarif_schema: jsonschema.Draft202012Validator, found: tuple[Diagnostic, ...]) -> None:
    document = sarif(found, "0.1.0")
    sarif_schema.validate(document)
    for one in document["runs"][0]["results"]:  # type: ignore[index, call-overload, union-attr]  # that is its shape
        text = one["message"]["text"]  # type: ignore[index, call-overload]  # JSON
        assert not re.search(r"(?<!\\)(\\\\)*[\[\]]", text), "nothing is a link"


@given(DIAGNOSTICS)
def test_junit_takes_any_text(junit_schema: xmlschema.XMLSchema, found: tuple[Diagnostic, ...]) -> None:
    text = junit(found, AT)
    junit_schema.validate(text)
    assert text.isascii()
    assert not harmful("".join(ElementTree.fromstring(text).itertext()))


@given(DIAGNOSTICS)
def test_github_takes_any_text_and_no_text_commands_anything(found: tuple[Diagnostic, ...]) -> None:
    text = commands(found)
    assert not harmful(text)
    assert text.count("\n") == len(found)
    for line, one in zip(text.splitlines(), found, strict=True):
        assert re.match(rf"::{one.severity.value} [^:]*::", line), line
        assert "##vso[" not in line


def test_hostile_texts_come_out_harmless(terminal: Terminal) -> None:
    terminal.write('[transport_rule."a\\u202e\\u001b::error::"]\nname = "\\u202e"\n"::error::x\\u202e" = 1\n')
    for format in ("sarif", "junit", "github"):
        ran = terminal.run("validate", "--format", format)
        assert ran.code == 1
        shows_nothing_harmful(ran)
