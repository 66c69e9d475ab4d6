"""`drift`: recorded against observed, with who and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal import Terminal

RULE = "transport_rule.route"


def test_without_a_hand_on_it_nothing_has_drifted(applied: Terminal) -> None:
    assert applied.done("drift", "--detailed-exitcode") == "No drift. The tenant has what was recorded.\n"
    assert applied.run("drift", "--json").document == {
        "format_version": "1.0",
        "drifted": False,
        "resource_drift": [],
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


@pytest.mark.parametrize("option", [["--adopt", RULE], ["--revert", RULE], ["--unmanaged"]])
def test_an_option_of_a_later_version_says_so(applied: Terminal, option: list[str]) -> None:
    applied.run("drift", *option).refuses(f"{option[0]} is reserved", "hint: ")
