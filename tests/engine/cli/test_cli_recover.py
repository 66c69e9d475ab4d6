"""`recover` and what other commands say while a run is open, as whole command lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mailform.exits import Exit
from mailform_state.journal import End
from mailform_state.local import LocalStore
from terminal import TENANT, Terminal

RULES = (
    TENANT
    + """
[variables.disclaimer]
type = "string"
default = "For the recipients alone."

[transport_rule.external]
name = "Mark mail from outside"
order = { at = "first" }
conditions = { from_scope = "NotInOrganization" }
actions = { prepend_subject = "[External] " }

[transport_rule.disclaimer]
name = "Disclaimer"
order = { at = "last" }
conditions = { sent_to_scope = "NotInOrganization" }
actions = { apply_html_disclaimer_text = "${var.disclaimer}" }
"""
)
TOO_LONG = f'disclaimer = "{"x" * 8150}"\n'
"""More than a rule may have, which only Exchange can tell."""


@pytest.fixture
def held(terminal: Terminal) -> Terminal:
    """A terminal where a run was held: one rule is made, the other was refused."""
    (terminal.folder / "mailform.toml").write_text(RULES)
    (terminal.folder / "long.toml").write_text(TOO_LONG)
    arguments = ("apply", "--auto-approve", "--on-failure", "stop", "--var-file", "long.toml")
    assert terminal.run(*arguments).code == 6
    return terminal


def test_a_plan_works_while_a_run_is_held_and_says_so(held: Terminal) -> None:
    ran = held.run("plan")
    assert ran.code == 0
    assert "an earlier run left its journal open" in ran.err
    assert "mailform recover" in ran.err
    assert "+ transport_rule.disclaimer" in ran.out
    assert "transport_rule.external" in ran.out
    assert "1 to create, 1 to update" in ran.out


@pytest.mark.parametrize(
    "command",
    [
        ("apply", "--auto-approve"),
        ("destroy", "--auto-approve"),
        ("state", "rm", "transport_rule.external"),
        ("import", "transport_rule.external", "x"),
    ],
)
def test_what_would_change_something_refuses_and_names_the_command(held: Terminal, command: tuple[str, ...]) -> None:
    held.run(*command).refuses("was held by --on-failure stop", "mailform recover")


def test_what_could_not_be_taken_back_has_to_be_settled_first(held: Terminal) -> None:
    LocalStore(held.folder).append((End(int(Exit.UNRESOLVED), datetime(2026, 11, 23, tzinfo=UTC)),))
    held.run("apply", "--auto-approve").refuses("could not take everything back", "mailform recover")


def test_recover_takes_it_back_and_tells_what_it_did(held: Terminal) -> None:
    document = held.run("recover", "--json").document
    assert (document["exit"], document["outcome"], document["recovery"]) == (0, "done", "taken_back")
    told = {deed["address"]: (deed["outcome"], deed["undone"]) for deed in document["deeds"]}
    assert told == {"transport_rule.external": ("ok", "ok"), "transport_rule.disclaimer": ("rejected", None)}
    assert held.run("plan").err == ""
    assert "2 to create" in held.done("plan")


def test_going_forward_with_the_same_values_ends_as_the_service_wants(held: Terminal) -> None:
    ran = held.run("recover", "--roll-forward", "--var-file", "long.toml")
    assert ran.code == 3
    assert "What the open run had done is kept" in ran.err
    assert "too large" in ran.out
    assert held.done("state", "list").split() == ["transport_rule.external"]


def test_going_forward_with_other_values_keeps_what_was_done_and_leaves_the_rest(held: Terminal) -> None:
    ran = held.run("recover", "--roll-forward")
    assert ran.code == 0
    assert "its rest is for the next apply" in ran.err
    assert "What the open run had done is kept" in ran.out
    assert held.done("state", "list").split() == ["transport_rule.external"]
    held.done("apply", "--auto-approve", "-q")
    assert "No changes" in held.done("plan")


def test_something_left_on_purpose_is_in_the_state_with_its_reason(held: Terminal) -> None:
    ran = held.run("recover", "--skip", "transport_rule.external", "--reason", "looks fine", "--json")
    assert ran.code == 0
    assert ran.document["unresolved"] == ["transport_rule.external: left as it is: looks fine"]
    state = json.loads(held.done("state", "pull"))
    assert [(left["address"], left["detail"]) for left in state["unresolved"]] == [
        ("transport_rule.external", "looks fine")
    ]
    held.done("apply", "--auto-approve", "-q")
    assert json.loads(held.done("state", "pull"))["unresolved"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--skip", "transport_rule.external"), "--reason"),
        (("--skip", "transport_rule.external", "--reason", "  "), "--reason"),
        (("--reason", "why"), "--skip"),
        (("--skip", "transport_rule.external", "--reason", "x", "--roll-forward"), "either"),
        (("--skip", "transport_rule.other", "--reason", "x"), "the run wrote to"),
        (("--skip", "nonsense", "--reason", "x"), "nonsense"),
    ],
)
def test_a_decision_that_is_none_is_refused(held: Terminal, arguments: tuple[str, ...], words: str) -> None:
    held.run("recover", *arguments).refuses(words)
    assert (held.folder / "mailform.state.journal").exists()


def test_nothing_to_recover_is_no_error(terminal: Terminal) -> None:
    (terminal.folder / "mailform.toml").write_text(RULES)
    assert "Nothing to recover" in terminal.run("recover").err
