"""What a reviewer gets from the command line: a plan as markdown, fresh or saved, and the summary of a job."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hostile import MARK, shows_nothing_harmful
from mailform.planfile import dump, load
from terminal import Terminal

TABLE = "| **all** | **4** | **0** |"


@pytest.mark.parametrize(("format", "figures"), [("markdown", TABLE), ("html", "<td>all</td><td>4</td>")])
def test_a_plan_and_the_same_plan_saved_look_the_same(scenario: Terminal, format: str, figures: str) -> None:
    fresh = scenario.done("plan", "--format", format, "--out", "saved.mfplan", "-q")
    assert figures in fresh
    assert scenario.done("show", "saved.mfplan", "--format", format) == fresh


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_hostile_names_are_shown_spelled_out(spoiled_tenant: Terminal, format: str) -> None:
    for words in (("plan",), ("plan", "--destroy"), ("plan", "--out", "x.mfplan"), ("show", "x.mfplan")):
        ran = spoiled_tenant.run(*words, "--format", format)
        assert ran.code == 0, ran
        shows_nothing_harmful(ran)
        assert MARK in ran.out


FORGED: list[dict[str, object]] = [
    {"resource_changes": 1},
    {"resource_changes": [{"address": 7}]},
    {"mailform": {}},
    {"mailform": {"summary": {"create": -(10**9)}}},
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_saved_plan_that_somebody_forged_is_damage_and_no_crash(scenario: Terminal, forged: dict[str, Any]) -> None:
    scenario.done("plan", "--out", "saved.mfplan")
    path = Path("saved.mfplan")
    saved = load(path.read_bytes())
    shown: dict[str, Any] = {**saved.shown, **forged}
    if forged.get("mailform"):
        shown["mailform"] = {**json.loads(path.read_bytes())["shown"]["mailform"], **forged["mailform"]}
    path.write_bytes(dump(replace(saved, shown=shown)))
    ran = scenario.run("show", "saved.mfplan", "--format", "markdown")
    assert ran.code == 9, ran
    assert "[internal]" not in ran.err


def test_a_state_is_no_plan_and_has_no_markdown(applied: Terminal) -> None:
    applied.run("show", "--format", "markdown").refuses("--format")
    assert applied.run("show", "--format", "json").document["values"]


def test_a_plan_that_a_guard_refuses_says_so_to_its_readers(
    scenario: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario.done("apply", "--auto-approve", "-q")
    scenario.write("")
    ran = scenario.run("plan", "--format", "markdown")
    assert ran.code == 10
    assert "**Refused.**" in ran.out
    assert scenario.run("plan", "--json").document["applyable"] is False


class TestTheSummaryOfAJob:
    @pytest.fixture
    def summary(self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
        path = tmp_path_factory.mktemp("job") / "summary"
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
        return path

    def test_plan_adds_to_it(self, scenario: Terminal, summary: Path) -> None:
        summary.write_text("before\n")
        scenario.done("plan", "--json")
        scenario.done("plan", "-q")
        told = summary.read_text("utf-8")
        assert told.startswith("before\n")
        assert told.count(TABLE) == 2

    def test_apply_adds_how_it_ended(self, scenario: Terminal, summary: Path) -> None:
        scenario.done("apply", "--auto-approve")
        told = summary.read_text("utf-8")
        assert "## Mailform apply\n\nApply complete.\n" in told
        assert "transport_rule.route" in told

    def test_one_that_is_full_is_left_as_it_is(self, scenario: Terminal, summary: Path) -> None:
        summary.write_bytes(b"x" * (1 << 20))
        ran = scenario.run("plan")
        assert ran.code == 0
        assert "no room" in ran.err
        assert summary.stat().st_size == 1 << 20

    def test_one_that_can_not_be_written_stops_nothing(self, scenario: Terminal, summary: Path) -> None:
        summary.mkdir()
        ran = scenario.run("plan")
        assert ran.code == 0
        assert "summary can't be written" in ran.err
