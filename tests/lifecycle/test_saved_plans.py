"""Saved plans: what was approved is what is applied, or nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lifecycle.blocks import domain, inbound, outbound, rule
from mailform_providers.sandbox.seeds import dlp_rule
from mailform_state.canonical import canonical, digest
from terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    for name in ("MAILFORM_SANDBOX", "MAILFORM_SANDBOX_DNS", "MAILFORM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


@pytest.fixture
def planned(terminal: Terminal) -> Terminal:
    """Two rules and a connector are applied; a plan that changes a rule and makes another is saved."""
    terminal.write(rule("a", "A") + rule("b", "B", "priority = 1") + inbound("in", "In"))
    terminal.done("apply", "--auto-approve")
    terminal.write(
        rule("a", "A", 'comments = "x"') + rule("b", "B", "priority = 1") + inbound("in", "In") + rule("c", "C")
    )
    terminal.done("plan", "--out", "plan.mailform")
    return terminal


def rules(terminal: Terminal) -> list[tuple[object, object]]:
    """Names and comments of all rules, in their order."""
    listed = terminal.sandbox.run("Get-TransportRule")["value"]
    return [(one["Name"], one["Comments"]) for one in listed]  # type: ignore[index, call-overload, union-attr]


BEFORE = [("A", None), ("B", None)]
AFTER = [("A", "x"), ("B", None), ("C", None)]


def test_a_saved_plan_is_applied_without_a_question(planned: Terminal) -> None:
    planned.done("apply", "plan.mailform")
    assert rules(planned) == AFTER
    assert planned.run("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_that_nobody_applied_yet_can_be_looked_at(planned: Terminal) -> None:
    assert "transport_rule.c" in planned.done("show", "plan.mailform")
    assert rules(planned) == BEFORE


def test_a_plan_is_used_up_by_its_apply(planned: Terminal) -> None:
    planned.done("apply", "plan.mailform")
    ran = planned.run("apply", "plan.mailform")
    assert ran.code == 8
    assert "applied already" in ran.err
    assert "plan --out" in ran.err


def test_a_plan_is_used_up_even_when_its_apply_was_taken_back(terminal: Terminal) -> None:
    terminal.sandbox.run("New-TransportRule", {"Name": "Theirs", "SubjectMatchesPatterns": ["y" * 6000], "SetSCL": 1})
    terminal.sandbox.run("New-TransportRule", {"Name": "Theirs2", "SubjectMatchesPatterns": ["y" * 6000], "SetSCL": 1})
    terminal.sandbox.run("New-TransportRule", {"Name": "Theirs3", "SubjectMatchesPatterns": ["y" * 6000], "SetSCL": 1})
    patterns = f'exceptions = {{ subject_matches_patterns = ["{"x" * 4000}"] }}'
    terminal.write(inbound("in", "In") + rule("a", "A", patterns))
    terminal.done("plan", "--out", "plan.mailform")
    assert terminal.run("apply", "plan.mailform").code == 3
    ran = terminal.run("apply", "plan.mailform")
    assert (ran.code, "applied already" in ran.err) == (8, True)


@pytest.mark.parametrize("more", ["# a remark\n", rule("d", "D")])
def test_a_plan_is_stale_once_the_configuration_is_another(planned: Terminal, more: str) -> None:
    text = (planned.folder / "mailform.toml").read_text()
    planned.write(text + more)
    ran = planned.run("apply", "plan.mailform")
    assert ran.code == 8
    assert "configuration" in ran.err
    assert rules(planned) == BEFORE


def test_a_plan_is_stale_with_another_value_of_a_variable(terminal: Terminal) -> None:
    terminal.write('[variables.said]\ntype = "string"\n' + rule("a", "A", 'comments = "${var.said}"'))
    terminal.done("plan", "--var", "said=one", "--out", "plan.mailform")
    assert terminal.run("apply", "--var", "said=two", "plan.mailform").code == 8
    assert terminal.run("apply", "--var", "said=one", "plan.mailform").code == 0
    assert rules(terminal) == [("A", "one")]


def test_a_plan_is_stale_once_another_apply_went_by(planned: Terminal) -> None:
    text = (planned.folder / "mailform.toml").read_text()
    planned.write(text + rule("d", "D"))
    planned.done("apply", "--auto-approve")
    planned.write(text)
    ran = planned.run("apply", "plan.mailform")
    assert (ran.code, "state changed" in ran.err) == (8, True)


@pytest.mark.parametrize(
    ("cmdlet", "parameters"),
    [
        ("Set-TransportRule", {"Identity": "A", "SetSCL": 4}),
        ("Set-TransportRule", {"Identity": "A", "Comments": "theirs"}),
        ("Disable-TransportRule", {"Identity": "B"}),
        ("Set-InboundConnector", {"Identity": "In", "Name": "Other"}),
        ("Remove-TransportRule", {"Identity": "A"}),
        ("Set-TransportRule", {"Identity": "B", "Priority": 0}),
    ],
)
def test_a_plan_is_stale_once_what_it_touches_is_another_or_more_would_be_done(
    planned: Terminal, cmdlet: str, parameters: dict[str, object]
) -> None:
    planned.sandbox.run(cmdlet, parameters)  # type: ignore[arg-type]  # JSON
    was = planned.sandbox.snapshot()
    assert planned.run("apply", "plan.mailform").code == 8
    assert planned.sandbox.snapshot() == was


def test_a_plan_that_cannot_be_made_any_more_is_stale(planned: Terminal) -> None:
    planned.sandbox.run("New-TransportRule", {"Name": "C", "SubjectContainsWords": ["x"], "SetSCL": 1})
    ran = planned.run("apply", "plan.mailform")
    assert ran.code == 8
    assert "can't be made any more" in ran.err


def test_an_unmanaged_attribute_and_objects_that_shift_no_planned_move_do_not_matter(planned: Terminal) -> None:
    planned.sandbox.run("Set-InboundConnector", {"Identity": "In", "Comment": "theirs"})
    planned.sandbox.run("New-InboundConnector", {"Name": "Theirs", "SenderDomains": ["contoso.com"]})
    planned.done("apply", "plan.mailform")
    assert rules(planned) == AFTER


def test_a_foreign_rule_that_shifts_a_planned_move_makes_the_plan_stale(terminal: Terminal) -> None:
    terminal.write(rule("a", "A", "priority = 0") + rule("b", "B") + rule("c", "C"))
    terminal.done("apply", "--auto-approve")
    terminal.write(rule("a", "A", 'order = { at = "last" }') + rule("b", "B") + rule("c", "C"))
    terminal.done("plan", "--out", "plan.mailform")
    dlp_rule(terminal.sandbox, "theirs")
    assert terminal.run("apply", "plan.mailform").code == 8


def test_a_plan_expires(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    terminal.done("plan", "--out", "plan.mailform", "--expires", "0s")
    ran = terminal.run("apply", "plan.mailform")
    assert (ran.code, "expired" in ran.err) == (8, True)


@pytest.mark.parametrize("edit", ["cut", "flip", "space", "more", "pretty"])
def test_a_damaged_plan_is_refused(planned: Terminal, edit: str) -> None:
    path = planned.folder / "plan.mailform"
    data = path.read_bytes()
    damaged = {
        "cut": data[: len(data) // 2],
        "flip": data.replace(b'"destroy":false', b'"destroy":true'),
        "space": data.replace(b'"destroy":false', b'"destroy": false'),
        "more": data + b" ",
        "pretty": json.dumps(json.loads(data), indent=1).encode(),
    }
    path.write_bytes(damaged[edit])
    ran = planned.run("apply", "plan.mailform")
    assert ran.code == 9, ran
    assert rules(planned) == BEFORE


def test_a_plan_that_somebody_rewrote_is_caught_by_the_expected_digest(planned: Terminal) -> None:
    path = planned.folder / "plan.mailform"
    document = json.loads(path.read_bytes())
    approved = document.pop("digest")
    forged = {**document, "text": "nothing to see here"}
    path.write_bytes(canonical({**forged, "digest": digest(forged)}) + b"\n")
    assert planned.run("apply", "plan.mailform", "--expect-digest", approved).code == 9
    assert rules(planned) == BEFORE


def test_the_expected_digest_lets_the_approved_plan_pass(planned: Terminal) -> None:
    approved = json.loads((planned.folder / "plan.mailform").read_bytes())["digest"]
    planned.done("apply", "plan.mailform", "--expect-digest", approved)
    assert rules(planned) == AFTER


def test_a_plan_keeps_the_options_that_it_was_made_with(terminal: Terminal) -> None:
    terminal.write(rule("a", "A") + rule("b", "B"))
    terminal.done("plan", "--target", "transport_rule.b", "--out", "plan.mailform")
    terminal.done("apply", "plan.mailform")
    assert rules(terminal) == [("B", None)]
    terminal.done("plan", "--destroy", "--out", "plan.mailform")
    terminal.done("apply", "plan.mailform")
    assert rules(terminal) == []


@pytest.mark.parametrize(
    "options", [["--destroy"], ["--target", "transport_rule.a"], ["--replace", "transport_rule.a"], ["--refresh-only"]]
)
def test_planning_options_beside_a_plan_file_are_a_mistake(planned: Terminal, options: list[str]) -> None:
    planned.run("apply", "plan.mailform", *options).refuses("PLANFILE")
    assert rules(planned) == BEFORE


def test_a_guard_shows_the_plan_and_writes_no_file(terminal: Terminal) -> None:
    many = "".join(rule(label, label) for label in "abcdefghij")
    terminal.write(many)
    terminal.done("apply", "--auto-approve")
    terminal.write(many.replace("actions = {", 'comments = "x"\nactions = {'))
    ran = terminal.run("plan", "--out", "plan.mailform", "--detailed-exitcode")
    assert ran.code == 10
    assert "transport_rule.a" in ran.out
    assert not (terminal.folder / "plan.mailform").exists()
    as_json = terminal.run("plan", "--json")
    assert (as_json.code, "--allow-large-change" in as_json.err) == (10, True)
    assert len(as_json.document["resource_changes"]) == 10, "one document, and it is the plan"
    assert terminal.run("plan", "--out", "plan.mailform", "--allow-large-change", "--detailed-exitcode").code == 2
    terminal.done("apply", "plan.mailform")


def test_a_sensitive_value_is_not_in_the_plan_file(terminal: Terminal) -> None:
    secret = '[variables.secret]\ntype = "string"\nsensitive = true\n'
    terminal.write(secret + rule("a", "A", 'comments = "${var.secret}"') + outbound("out", "Out"))
    terminal.done("plan", "--var", "secret=hunter2-hunter2", "--out", "plan.mailform")
    assert b"hunter2" not in (terminal.folder / "plan.mailform").read_bytes()
    terminal.done("apply", "--var", "secret=hunter2-hunter2", "plan.mailform")
    assert rules(terminal) == [("A", "hunter2-hunter2")]


def test_a_plan_of_the_first_apply_is_stale_once_there_is_a_state(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    terminal.done("plan", "--out", "one.mailform")
    terminal.done("plan", "--out", "two.mailform")
    terminal.done("apply", "one.mailform")
    assert terminal.run("apply", "two.mailform").code == 8


def test_a_plan_that_waits_for_a_domain_is_used_up_and_the_next_plan_goes_on(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFORM_SANDBOX_DNS", "wait")
    terminal.write(domain("a", "contoso.com") + rule("a", "A"))
    terminal.done("plan", "--out", "plan.mailform")
    assert terminal.run("apply", "plan.mailform").code == 5
    assert terminal.run("apply", "plan.mailform").code == 8
    terminal.sandbox.publish("contoso.com")
    terminal.done("plan", "--out", "plan.mailform")
    terminal.done("apply", "plan.mailform")


def test_what_is_no_plan_is_a_mistake(terminal: Terminal) -> None:
    terminal.write(rule("a", "A"))
    (terminal.folder / "plan.mailform").write_text("{}")
    terminal.run("apply", "plan.mailform").refuses("plan")
    terminal.run("apply", "nowhere.mailform").refuses("nowhere.mailform")
