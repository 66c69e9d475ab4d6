"""A plan for people: golden files for the whole, sentences for what must hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.render.golden import check
from engine.render.samples import (
    DOMAIN,
    IN,
    OUT,
    ROUTE,
    create,
    guid,
    mixed,
    observed,
    recorded,
    scenario,
    state,
    wanted,
)
from mailform.planning.steps import (
    Delete,
    Difference,
    Drift,
    Forget,
    Kept,
    Move,
    Note,
    OutputChange,
    Plan,
    Replace,
    Update,
)
from mailform.render.plan_text import text
from mailform_state.values import State


def said(plan: Plan) -> str:
    return text(plan, colour=False)


def last(plan: Plan) -> str:
    return said(plan).splitlines()[-1]


def test_the_scenario_on_an_empty_tenant() -> None:
    check("plan-scenario.txt", said(scenario()))


def test_one_of_everything() -> None:
    check("plan-mixed.txt", text(mixed(), colour=False, state=state()))


def test_one_of_everything_in_colour() -> None:
    check("plan-mixed-colour.txt", text(mixed(), colour=True))


def test_colour_changes_nothing_but_colour() -> None:
    assert re.sub(r"\x1b\[[\d;]*m", "", text(mixed(), colour=True)) == said(mixed())


def test_an_empty_plan_is_one_line() -> None:
    assert said(Plan()) == "No changes. The tenant is as the configuration says.\n"


def test_drift_without_a_step_says_that_the_next_apply_records_it() -> None:
    plan = Plan(drift=(Drift(OUT, guid(1), "Out", differences=(Difference("comment", "a", "b"),)),))
    assert '~ comment: "a" -> "b"' in said(plan)
    assert last(plan).startswith("No changes. What was changed outside Mailform")


def test_refresh_only_counts_what_changed_and_what_is_gone() -> None:
    drift = (
        Drift(OUT, guid(1), "Out", differences=(Difference("comment", "a", "b"),)),
        Drift(IN, guid(2), "In", gone=True),
    )
    plan = Plan(steps=(Forget(IN, guid(2), gone=True),), drift=drift, refresh_only=True)
    assert last(plan) == (
        "Refresh only: 1 changed, 1 gone. Apply brings the state up to date; the tenant isn't touched."
    )


def test_refresh_only_without_drift_says_so() -> None:
    assert said(Plan(refresh_only=True)) == "No changes. The state says what the tenant has.\n"


def test_outputs_alone_are_no_change_of_the_tenant() -> None:
    plan = Plan(outputs=(OutputChange("a", None, "x", sensitive=False),))
    assert last(plan) == "No changes in the tenant. 1 output changes."


def test_destroying_nothing_says_so() -> None:
    assert last(Plan(destroy=True)) == "No changes. The state has no resources to destroy."


def test_a_rule_for_all_messages_is_marked() -> None:
    plan = Plan(steps=(create(ROUTE, {"name": "r", "actions.delete_message": True}),))
    assert "! acts on every message" in said(plan)


def test_a_rule_with_a_condition_still_to_be_known_is_not_for_all_messages() -> None:
    assert "acts on every message" not in said(scenario())


def test_a_rule_whose_last_condition_goes_is_marked() -> None:
    current = observed(ROUTE, guid(1), {"name": "r", "conditions.from_scope": "InOrganization"})
    gone = Difference("conditions.from_scope", "InOrganization", None, note=Note.UNWRITTEN)
    assert "! acts on every message" in said(Plan(steps=(Update(wanted(ROUTE, {"name": "r"}), current, (gone,)),)))


def test_a_replacement_asked_for_says_so_and_shows_what_is_made() -> None:
    current = observed(IN, guid(1), {"name": "In"})
    plan = Plan(steps=(Replace(wanted(IN, {"name": "In"}), current, {"name": "In"}, (), aside=True),))
    assert "because --replace asks for it" in said(plan)
    assert 'name: "In"' in said(plan)


def test_an_attribute_released_without_any_step_is_named() -> None:
    before = recorded(IN, guid(1), {"name": "In", "scan_and_drop_recipients": ("a@b.c",)})
    after = recorded(IN, guid(1), {"name": "In"})
    plan = Plan(kept=(Kept(before, observed(IN, guid(1), {"name": "In"}), None, after),))
    assert "inbound_connector.from_signature: scan_and_drop_recipients" in said(plan)


def test_a_new_rule_says_where_it_comes_to_stand() -> None:
    assert "comes to place 1 of 2 rules (0 is first)" in said(scenario())


def test_a_list_too_wide_for_a_line_takes_a_line_an_item() -> None:
    words = tuple(f"word{number:03}" for number in range(30))
    shown = said(Plan(steps=(create(ROUTE, {"name": "r", "conditions.subject_contains_words": words}),)))
    assert "30 items" in shown
    assert all(f'+ "{word}"\n' in shown for word in words)


def test_a_list_that_differs_only_in_how_often_still_shows_a_difference() -> None:
    current = observed(IN, guid(1), {"name": "In"})
    found = Difference("comment", ("a",), ("a", "a"))
    assert '["a"] -> ["a", "a"]' in said(Plan(steps=(Update(wanted(IN, {"name": "In"}), current, (found,)),)))


SECRET = "hunter2"


@pytest.mark.parametrize(
    "plan",
    [
        Plan(steps=(create(OUT, {"name": SECRET}, "name"),)),
        Plan(
            steps=(Delete(recorded(OUT, guid(1), {"name": SECRET}, "name"), observed(OUT, guid(1), {"name": SECRET})),)
        ),
        Plan(
            steps=(
                Update(
                    wanted(ROUTE, {"name": SECRET}, "name"),
                    observed(ROUTE, guid(1), {"name": SECRET}),
                    (Difference("enabled", False, True),),
                ),
                Move(ROUTE, guid(1), SECRET, 1, 0),
            )
        ),
        Plan(drift=(Drift(OUT, guid(1), SECRET, False, (Difference("name", SECRET, SECRET + "3", sensitive=True),)),)),
        Plan(
            steps=(Forget(DOMAIN, SECRET, gone=False),),
            kept=(Kept(recorded(DOMAIN, SECRET, {"domain": SECRET}, "domain"), observed(DOMAIN, SECRET, {}), None),),
        ),
    ],
    ids=["create", "delete", "move", "drift", "forget"],
)
def test_a_sensitive_name_is_shown_nowhere(plan: Plan) -> None:
    assert SECRET not in said(plan)
    assert "(sensitive)" in said(plan)


def test_a_released_attribute_that_the_state_knows_as_sensitive_stays_hidden() -> None:
    """The configuration, which said so, hasn't got it any more."""
    seen = observed(ROUTE, guid(1), {"name": "r", "comments": SECRET})
    released = Difference("comments", SECRET, SECRET, note=Note.RELEASED)
    plan = Plan(steps=(Update(wanted(ROUTE, {"name": "r"}), seen, (released, Difference("enabled", False, True))),))
    before = State("l", "t").recording(recorded(ROUTE, guid(1), {"comments": SECRET}, "comments"))
    assert SECRET not in text(plan, colour=False, state=before)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=20))
def test_no_name_or_value_can_break_a_line_or_colour_it(hostile: str) -> None:
    seen = replace(observed(ROUTE, hostile, {"name": hostile}), unsupported=hostile)
    plan = Plan(
        steps=(
            create(OUT, {"name": hostile, "comment": hostile, "smart_hosts": (hostile,)}),
            Move(ROUTE, hostile, hostile, 1, 0),
        ),
        drift=(Drift(IN, hostile, hostile, False, (Difference("name", hostile, "x"),), hostile, hostile),),
        unsupported=(seen,),
        outputs=(OutputChange(hostile, None, hostile, sensitive=False),),
    )
    shown = said(plan)
    categories = {unicodedata.category(letter) for letter in shown if letter != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    calm = said(
        Plan(
            steps=(
                create(OUT, {"name": "x", "comment": "x", "smart_hosts": ("x",)}),
                Move(ROUTE, "x", "x", 1, 0),
            ),
            drift=(Drift(IN, "x", "x", False, (Difference("name", "y", "x"),), "x", "x"),),
            unsupported=(replace(seen, id="x", name="x", unsupported="x"),),
            outputs=(OutputChange("x", None, "x", sensitive=False),),
        )
    )
    assert shown.count("\n") == calm.count("\n")
