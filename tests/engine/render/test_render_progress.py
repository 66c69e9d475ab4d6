"""A run while it runs, line by line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from engine.render.samples import DOMAIN, OUT, ROUTE, guid, mixed, scenario
from mailform.planning.steps import Forget, Plan
from mailform.render.cost import Cost
from mailform.render.cost import text as cost_text
from mailform.render.progress import event, line
from mailform_state.journal import (
    Begin,
    End,
    Entry,
    Intent,
    Outcome,
    Pivot,
    Result,
    Undo,
    UndoOutcome,
    UndoResult,
    Verified,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
INTENTS = {
    1: Intent(1, ROUTE, "create", "transport_rule", None, {"name": "hunter2"}),
    2: Intent(2, ROUTE, "update", "transport_rule", guid(1), {"enabled": True}),
    3: Intent(3, DOMAIN, "update", "accepted_domain", "a.example", {"verified": True}),
    4: Intent(4, OUT, "delete", "outbound_connector", guid(2)),
}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (INTENTS[1], "transport_rule.route: creating…"),
        (INTENTS[2], "transport_rule.route: enabling…"),
        (INTENTS[3], "accepted_domain.certificate: asking the service to verify it…"),
        (Result(1, Outcome.OK, guid(1)), f"transport_rule.route: created ({guid(1)})"),
        (Result(1, Outcome.REJECTED, detail="no\x07"), "transport_rule.route: refused: no\\x07"),
        (Result(1, Outcome.AMBIGUOUS), "transport_rule.route: unsure whether it was done"),
        (Result(3, Outcome.WAITING), "accepted_domain.certificate: waits for its DNS proof"),
        (Result(4, Outcome.UNSENT), "outbound_connector.to_signature: not begun"),
        (Result(9, Outcome.UNSENT, detail="still used"), "step 9: not begun: still used"),
        (Undo(1), "transport_rule.route: taking back what was created…"),
        (UndoResult(1, UndoOutcome.OK), "transport_rule.route: taken back"),
        (UndoResult(1, UndoOutcome.FAILED, "busy"), "transport_rule.route: could not be taken back: busy"),
        (End(0, NOW), None),
    ],
)
def test_each_entry_has_its_line(entry: Entry, expected: str | None) -> None:
    assert line(entry, INTENTS) == expected


@pytest.mark.parametrize(
    "entry",
    [
        Begin("run", "", "t", "l", 1, "actor", NOW),
        *INTENTS.values(),
        Result(1, Outcome.OK, guid(1), {"name": "hunter2"}),
        Verified(),
        Pivot(),
        Undo(1),
        UndoResult(1, UndoOutcome.OK),
        End(0, NOW),
    ],
)
def test_no_payload_is_ever_shown(entry: Entry) -> None:
    assert "hunter2" not in (line(entry, INTENTS) or "") + json.dumps(event(entry, INTENTS))


def test_programs_are_told_which_step_ended_and_how() -> None:
    assert event(Result(2, Outcome.OK, guid(1)), INTENTS) == {
        "type": "result",
        "step": 2,
        "address": "transport_rule.route",
        "action": "enable",
        "outcome": "ok",
        "detail": "",
        "id": guid(1),
    }


def test_the_cost_counts_single_writes_and_a_listing_a_kind() -> None:
    cost = Cost.of(scenario())
    assert cost.reads == 4
    assert cost.writes > 4
    assert cost_text(cost).startswith(f"This will make about {cost.reads + cost.writes} calls")
    assert Cost.of(mixed()).writes


def test_a_plan_for_the_state_alone_costs_no_calls() -> None:
    cost = Cost.of(Plan(steps=(Forget(OUT, guid(1), gone=True),)))
    assert cost_text(cost) == "This will make no calls: only the state changes."
