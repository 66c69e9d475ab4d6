"""`--events`: every line of standard output is an event with the keys that Terraform's have, and the stream tells the
whole story, however the run ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hostile import EVIL, shows_nothing_harmful, texts
from mailform.cli.stream import Stream
from mailform_providers.sandbox import refusals, rule_limits
from mailform_state.address import Address
from mailform_state.journal import Intent, Outcome, Result
from terminal import Ran, Terminal, environment

EVERYWHERE = {"@level", "@message", "@module", "@timestamp", "type"}
HOOKED = {"hook"}
KEYS = {
    "version": {"ui"},
    "planned_change": {"change"},
    "resource_drift": {"change"},
    "change_summary": {"changes"},
    "outputs": {"outputs"},
    "diagnostic": {"diagnostic"},
    "apply_start": HOOKED,
    "apply_progress": HOOKED,
    "apply_complete": HOOKED,
    "apply_errored": HOOKED,
    "log": set(),
}
RESOURCE = {"addr", "module", "resource", "implied_provider", "resource_type", "resource_name", "resource_key"}


def told(ran: Ran) -> list[dict[str, Any]]:
    """The events that a command has printed, each with the keys of its type."""
    events: list[dict[str, Any]] = [json.loads(line) for line in ran.out.splitlines()]
    for event in events:
        assert event.keys() - {"mailform"} == EVERYWHERE | KEYS[event["type"]], event
        about = event.get("hook") or event.get("change")
        if about:
            assert about["resource"].keys() == RESOURCE
            assert about["action"]
        if event["type"] in ("apply_complete", "apply_errored", "apply_progress"):
            assert isinstance(event["hook"]["elapsed_seconds"], int)
    assert events[0]["type"] == "version"
    return events


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def test_plan_tells_each_change_and_the_figures(scenario: Terminal) -> None:
    events = told(scenario.run("plan", "--events"))
    assert types(events) == ["version", *["planned_change"] * 4, "change_summary"]
    assert {event["change"]["action"] for event in events[1:5]} == {"create"}
    assert events[-1]["changes"] == {"add": 4, "change": 0, "import": 0, "remove": 0, "operation": "plan"}


def test_apply_tells_each_write_from_beginning_to_end(scenario: Terminal) -> None:
    ran = scenario.run("apply", "--auto-approve", "--events")
    events = told(ran)
    assert ran.code == 0
    assert types(events).count("apply_start") == types(events).count("apply_complete") > 4
    made = [
        event["hook"] for event in events if event["type"] == "apply_complete" and event["hook"]["action"] == "create"
    ]
    assert {hook["id_value"] for hook in made} >= {scenario.id_of("transport_rule.route")}
    assert types(events)[-2:] == ["change_summary", "outputs"]
    assert events[-2]["changes"] == {"add": 4, "change": 0, "import": 0, "remove": 0, "operation": "apply"}
    assert events[-2]["mailform"]["exit"] == 0


def test_drift_changes_moves_and_outputs_are_told(applied: Terminal) -> None:
    rule = applied.id_of("transport_rule.route")
    applied.edited("transport_rule", rule, {"comments": "by hand"})
    path = applied.folder / "mailform.toml"
    text = path.read_text().replace("[transport_rule.route]", '[transport_rule.way]\ncomments = "ours"')
    path.write_text(
        text
        + '\n[[moved]]\nfrom = "transport_rule.route"\nto = "transport_rule.way"\n'
        + '\n[outputs.words]\nvalue = ["a", 1]\n'
        + '\n[variables.v]\ntype = "string"\ndefault = "hunter2"\nsensitive = true\n'
        + '\n[outputs.secret]\nvalue = "${var.v}"\nsensitive = true\n'
    )
    ran = applied.run("apply", "--auto-approve", "--events")
    events = told(ran)
    assert ran.code == 0, ran
    (change,) = [event["change"] for event in events if event["type"] == "planned_change"]
    assert (change["action"], change["resource"]["addr"]) == ("update", "transport_rule.way")
    assert change["previous_resource"]["addr"] == "transport_rule.route"
    first, last = [event["outputs"] for event in events if event["type"] == "outputs"]
    assert first["words"] == {"sensitive": False, "action": "create"}
    assert last["words"] == {"sensitive": False, "type": ["tuple", ["string", "number"]], "value": ["a", 1]}
    assert last["secret"] == {"sensitive": True, "type": "string"}
    assert "hunter2" not in ran.out


def test_a_run_that_fails_tells_what_failed_and_what_is_taken_back(
    scenario: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise refusals.invalid("The rule can't be made.")

    monkeypatch.setattr(rule_limits, "require_room", refused)
    ran = scenario.run("apply", "--auto-approve", "--events")
    events = told(ran)
    assert ran.code == 3
    (errored,) = [event for event in events if event["type"] == "apply_errored"]
    assert errored["hook"]["resource"]["addr"] == "transport_rule.route"
    back = [event for event in events if event.get("mailform", {}).get("undo") and event["type"] == "apply_complete"]
    assert {event["hook"]["action"] for event in back} >= {"delete"}
    assert next(event for event in events if event["type"] == "diagnostic")["@level"] == "error"
    assert events[-1]["type"] in ("change_summary", "outputs")
    summary = next(event for event in events[::-1] if event["type"] == "change_summary")
    assert (summary["changes"]["add"], summary["mailform"]["exit"]) == (0, 3)


@pytest.mark.parametrize("words", [("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")])
def test_what_stops_a_command_before_it_begins_is_a_diagnostic(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.write('[transport_rule.a]\nname = "A"\n')
    ran = terminal.run(*words, "--events")
    assert ran.code == 1
    assert {"error"} == {event["diagnostic"]["severity"] for event in told_errors(ran)}


def told_errors(ran: Ran) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, ran.out.splitlines()) if event["type"] == "diagnostic"]


def test_nobody_is_asked(scenario: Terminal) -> None:
    ran = scenario.run("apply", "--events")
    assert ran.code == 1
    assert told_errors(ran)[0]["diagnostic"]["code"] == "approval"


def test_a_guard_s_refusal_is_the_last_word(applied: Terminal) -> None:
    applied.write("")
    ran = applied.run("plan", "--events")
    assert ran.code == 10
    assert types(told(ran))[-2:] == ["change_summary", "diagnostic"]


def test_hostile_names_come_out_harmless_and_whole(spoiled_tenant: Terminal) -> None:
    for words in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        ran = spoiled_tenant.run(*words, "--events")
        shows_nothing_harmful(ran)
        assert ran.code == 0 or words[0] == "destroy", "a stranger's rule routes to what would go"
        told(ran)


def test_what_is_under_way_says_so_again(capsys: pytest.CaptureFixture[str]) -> None:
    stream = Stream()
    intent = Intent(1, Address("accepted_domain", "a"), "create", "accepted_domain", None, {"domain": EVIL})
    stream.tell(intent)
    stream.tick()
    stream.tell(Result(1, Outcome.OK, id="contoso.com"))
    stream.tick()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert types(events) == ["apply_start", "apply_progress", "apply_complete"]
    assert EVIL not in "".join(texts(events)), "no payload is ever told"


def test_a_reader_that_goes_away_does_not_end_the_run(scenario: Terminal) -> None:
    """As `mailform apply --events | head -1` does."""
    code = "import sys; from mailform.cli.main import run; run()"
    words = [sys.executable, "-c", code, "apply", "--auto-approve", "--events"]
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as nowhere:
        ran = subprocess.run(words, cwd=scenario.folder, stdout=nowhere, timeout=60, env=environment(), check=False)
    assert ran.returncode == 0
    assert not Path(scenario.folder / "mailform.state.journal").exists()
    assert scenario.run("plan", "--detailed-exitcode").code == 0
