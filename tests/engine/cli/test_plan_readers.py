"""Programs that others have made for Terraform's plans read ours, unchanged, and come to the right figures."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from outside import fetched
from terminal import Terminal

RULE = """
[transport_rule.{name}]
name = "{title}"
conditions = {{ from_scope = "InOrganization" }}
actions = {{ prepend_subject = "[{name}] " }}
"""
CONNECTOR = """
[inbound_connector.in]
name = "In"
connector_type = "Partner"
sender_domains = ["contoso.com"]
require_tls = true
"""
FEATURES = """
Feature: mail flow

  Scenario: who sends mail to us does so encrypted
    Given I have inbound_connector defined
    Then it must contain require_tls
    And its value must be true

  Scenario: rules have a title
    Given I have transport_rule defined
    Then it must contain name
    And its value must match the "^[A-Z].*" regex
"""


@pytest.fixture
def plan(terminal: Terminal) -> Path:
    """A plan with three changes of a sort, two of another, and so on."""
    rules = [RULE.format(name=name, title=name.title()) for name in ("one", "two", "three", "four", "five")]
    terminal.write("".join(rules) + CONNECTOR)
    terminal.done("apply", "--auto-approve", "-q")
    changed = [rule.replace('prepend_subject = "', 'prepend_subject = "!') for rule in rules[2:4]]
    made = [RULE.format(name=name, title=name.title()) for name in ("six", "seven", "eight")]
    terminal.write(rules[4] + "".join(changed) + "".join(made) + CONNECTOR)
    path = terminal.folder / "plan.json"
    options = ("--replace", "inbound_connector.in", "--allow-large-change")
    path.write_text(terminal.done("plan", "--json", *options))
    figures: dict[str, Any] = terminal.run("plan", "--json", *options).document["mailform"]["summary"]
    assert {name: figures[name] for name in FIGURES} == FIGURES
    return path


FIGURES = {"create": 3, "update": 2, "delete": 2, "replace": 1}


def says(program: str, *words: object) -> str:
    """What one of them prints. It has to succeed."""
    done = subprocess.run(
        [fetched(f"readers/bin/{program}"), *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_terraform_compliance_holds_a_plan_against_its_features(plan: Path) -> None:
    features = plan.parent / "features"
    features.mkdir()
    (features / "mail.feature").write_text(FEATURES)
    told = says("terraform-compliance", "-p", plan, "-f", features, "--no-ansi")
    assert "2 scenarios (2 passed)" in told


def test_terraform_compliance_finds_what_is_wrong(plan: Path) -> None:
    features = plan.parent / "features"
    features.mkdir()
    (features / "mail.feature").write_text(FEATURES.replace("^[A-Z].*", "^[A-R].*"))
    with pytest.raises(AssertionError, match=r"transport_rule\.s(ix|even)"):
        says("terraform-compliance", "-p", plan, "-f", features, "--no-ansi")


def test_tf_peek_counts_right(plan: Path) -> None:
    told = says("tf-peek", plan)
    row = re.compile(r"^\| \W*(?P<word>\w+) \|.*\| \*\*(?P<total>\d+)\*\* \|$", re.MULTILINE)
    counted = {found["word"].lower(): int(found["total"]) for found in row.finditer(told)}
    assert {name: counted[name] for name in FIGURES} == FIGURES


def test_readtheplan_counts_right(plan: Path) -> None:
    told = says("readtheplan", "analyze", plan)
    counted = {word: int(number) for word, number in re.findall(r"^- ([\w/-]+): (\d+)$", told, re.MULTILINE)}
    counted["replace"] = counted.pop("create/delete")
    assert {name: counted[name] for name in FIGURES} == FIGURES
    assert counted["no-op"] == 1
