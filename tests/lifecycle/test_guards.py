"""Guards: a plan that does more than anybody may have meant is refused, with the figures."""

from __future__ import annotations

import pytest

from lifecycle.bench import TENANT, Bench
from lifecycle.blocks import configuration, rule
from lifecycle.looks import by_hand
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.guard import objections
from mailform.planning.plan import Options

LABELS = "abcdefghijklmnopqrst"


def with_rules(count: int, comment: str = "", changed: int = 0, moved: bool = False) -> str:
    """`count` rules, `changed` of them with another comment."""
    return configuration(
        *(
            rule(
                label,
                label,
                f'comments = "{comment if place < changed else ""}"',
                f"priority = {count - 1 - place if moved else place}",
            )
            for place, label in enumerate(LABELS[:count])
        )
    )


def started(bench: Bench, count: int) -> None:
    bench.text = with_rules(count)
    assert bench.apply().exit is Exit.DONE


@pytest.mark.parametrize(
    ("recorded", "changed", "refused"), [(10, 3, False), (10, 4, True), (9, 9, False), (20, 7, True)]
)
def test_more_than_thirty_percent_of_ten_or_more_is_refused(
    bench: Bench, recorded: int, changed: int, refused: bool
) -> None:
    started(bench, recorded)
    bench.text = with_rules(recorded, "x", changed)
    prepared = bench.plan()
    assert bool(prepared.objections) is refused
    if refused:
        (objection,) = prepared.objections
        assert f"{changed} of {recorded}" in objection.message
        assert "--allow-large-change" in objection.hint


def test_the_guard_is_lifted_by_saying_so(bench: Bench) -> None:
    started(bench, 10)
    bench.text = with_rules(10, "x", 10)
    prepared = bench.plan()
    assert prepared.objections
    assert not objections(prepared.plan, prepared.configuration, prepared.state, allow_large_change=True)


def test_deletions_count(bench: Bench) -> None:
    started(bench, 10)
    bench.text = with_rules(6)
    assert bench.plan().objections


def test_moves_do_not_count(bench: Bench) -> None:
    started(bench, 10)
    bench.text = with_rules(10, moved=True)
    prepared = bench.plan()
    assert len(prepared.plan.steps) == 9
    assert not prepared.objections


def test_steps_of_the_state_alone_do_not_count(bench: Bench) -> None:
    started(bench, 10)
    bench.text = bench.text.replace("priority", "lifecycle = { prevent_destroy = true }\npriority")
    prepared = bench.plan()
    assert len(prepared.plan.steps) == 10
    assert not prepared.objections


def test_creations_do_not_count(bench: Bench) -> None:
    started(bench, 10)
    bench.text = with_rules(20)
    assert not bench.plan().objections


def test_what_is_gone_and_forgotten_does_not_count(bench: Bench) -> None:
    started(bench, 10)
    for label in LABELS[5:10]:
        by_hand(bench, "Remove-TransportRule", label)
    bench.text = with_rules(5)
    assert not bench.plan().objections


def test_destroying_is_exempt_since_it_asks(bench: Bench) -> None:
    started(bench, 10)
    prepared = bench.plan(Options(destroy=True))
    assert len(prepared.plan.steps) == 10
    assert not prepared.objections


@pytest.mark.parametrize("recorded", [1, 10])
def test_a_configuration_without_resources_is_refused_while_the_state_has_some(bench: Bench, recorded: int) -> None:
    started(bench, recorded)
    bench.text = TENANT
    (objection, *_) = bench.plan().objections
    assert "no resource at all" in objection.message
    assert "mailform destroy" in objection.hint


def test_a_configuration_without_resources_is_fine_while_the_state_has_none(bench: Bench) -> None:
    bench.text = TENANT
    prepared = bench.plan()
    assert not prepared.objections
    assert prepared.plan.empty


def test_a_file_without_a_tenant_is_a_mistake(bench: Bench) -> None:
    started(bench, 1)
    bench.text = rule("a", "a")
    with pytest.raises(Mistakes):
        bench.plan()
