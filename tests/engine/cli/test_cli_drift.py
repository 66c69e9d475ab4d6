"""`drift`: recorded against observed, with who and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal import Terminal

RULE = "transport_rule.route"


def test_without_a_hand_on_it_nothing_has_drifted(applied: Terminal) -> None:
    assert applied.done("drift", "--detailed-exitcode").startswith("No drift. The tenant has what was recorded.\n")
    assert applied.run("drift", "--json").document == {
        "format_version": "1.0",
        "drifted": False,
        "resource_drift": [],
        "foreign": {"accepted_domain": 1, "outbound_connector": 0, "inbound_connector": 0, "transport_rule": 0},
    }


def test_a_hand_edit_is_told_by_attribute_with_who_and_when(applied: Terminal) -> None:
    identity = {"Identity": applied.id_of(RULE)}
    applied.sandbox.run("Set-TransportRule", {**identity, "ExceptIfSubjectContainsWords": ["hand"]})
    applied.sandbox.run("Disable-TransportRule", identity)
    ran = applied.run("drift", "--detailed-exitcode")
    assert ran.code == 2
    assert f"~ {RULE}" in ran.out
    assert '+ exceptions.subject_contains_words: ["hand"]' in ran.out
    assert "~ enabled: true -> false" in " ".join(ran.out.split())
    assert "last changed by " in ran.out
    assert "Drift: 1 resource." in ran.out
    assert applied.run("drift").code == 0
    (found,) = applied.run("drift", "--json").document["resource_drift"]
    assert (found["address"], found["change"]["after"]["enabled"]) == (RULE, False)
    assert found["mailform"]["changed_by"] in ran.out


def test_what_is_gone_has_drifted(applied: Terminal) -> None:
    applied.sandbox.run("Remove-TransportRule", {"Identity": applied.id_of(RULE)})
    assert f"- {RULE} is gone" in applied.done("drift")
    assert applied.run("drift", "--detailed-exitcode").code == 2


def test_a_change_of_the_configuration_is_no_drift(applied: Terminal) -> None:
    main = Path("mailform.toml")
    main.write_text(main.read_text().replace("stop_rule_processing = true", "stop_rule_processing = false"))
    assert applied.run("drift", "--detailed-exitcode").code == 0
    assert applied.run("plan", "--detailed-exitcode").code == 2


def test_looking_takes_no_lock_and_writes_nothing(applied: Terminal) -> None:
    applied.sandbox.run("Disable-TransportRule", {"Identity": applied.id_of(RULE)})
    before = {path.name: path.read_bytes() for path in applied.folder.iterdir() if path.is_file()}
    applied.done("drift")
    assert {path.name: path.read_bytes() for path in applied.folder.iterdir() if path.is_file()} == before


def test_what_nobody_manages_is_counted_and_listed_when_asked(applied: Terminal) -> None:
    assert "Not managed by Mailform: 1 accepted domain. Which ones: mailform drift --unmanaged" in applied.done("drift")
    id = applied.by_hand("transport_rule", {"name": "By\x1b hand", "conditions.from_scope": "InOrganization"})
    listed = applied.done("drift", "--unmanaged")
    assert f'"By\\x1b hand" ({id}), last changed by ' in listed
    assert '"fabrikam.onmicrosoft.com"' in listed
    assert "mailform import --all" in listed
    assert applied.id_of(RULE) not in listed
    document = applied.run("drift", "--unmanaged", "--json").document
    assert document["foreign"]["transport_rule"] == 1
    assert [one["id"] for one in document["unmanaged"] if one["type"] == "transport_rule"] == [id]


def test_kinds_that_no_plan_needs_are_listed_too(terminal: Terminal) -> None:
    """A plan reads only what it is about; what nobody manages may be of any kind."""
    terminal.write('[transport_rule.a]\nname = "A"\nconditions = {}\nactions = { delete_message = true }\n')
    terminal.done("apply", "--auto-approve", "-q")
    terminal.by_hand("inbound_connector", {"name": "Theirs", "sender_domains": ("*",)})
    assert "Theirs" not in terminal.done("drift")
    assert '"Theirs"' in terminal.done("drift", "--unmanaged")


def test_reverting_is_an_apply_of_the_target_with_its_approval(applied: Terminal) -> None:
    identity = {"Identity": applied.id_of(RULE)}
    applied.sandbox.run("Disable-TransportRule", identity)
    applied.run("drift", "--revert", RULE).refuses("nobody can be asked to approve this plan", "--auto-approve")
    assert applied.run("drift", "--detailed-exitcode").code == 2
    assert "Apply complete." in applied.done("drift", "--revert", RULE, "--auto-approve")
    assert applied.run("drift", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--adopt", RULE, "--revert", RULE],
        ["--adopt", RULE, "--unmanaged"],
        ["--revert", RULE, "--detailed-exitcode"],
        ["--adopt", RULE, "--auto-approve"],
        ["--auto-approve"],
        [RULE],
        ["--adopt", "nothing"],
        ["--revert", "transport_rule.none", "--auto-approve"],
    ],
)
def test_what_is_unclear_is_not_done(applied: Terminal, options: list[str]) -> None:
    before = Path("mailform.toml").read_bytes()
    applied.run("drift", *options).refuses("Error: ", "hint: ")
    assert Path("mailform.toml").read_bytes() == before
