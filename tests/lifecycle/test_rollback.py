"""A write that is refused at any step before the pivot leaves the tenant as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import SCENARIO, Bench
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform_providers.sandbox import Fault, Forbid, Lose, Page, Reject, Truncate, When
from mailform_providers.sandbox.snapshot import difference


def started(folder: Path) -> Bench:
    folder.mkdir()
    bench = Bench(folder)
    prepared_tenant(bench)
    return bench


def count_writes(folder: Path) -> tuple[int, int]:
    """How many writes the whole story takes, and how many of them come before the first deletion."""
    bench = started(folder)
    assert bench.apply().exit is Exit.DONE
    assert bench.last is not None
    operations = [request.operation for request in bench.last.writes]
    return len(operations), next(i for i, name in enumerate(operations) if name.startswith("Remove-"))


def test_the_story_reaches_what_is_wanted_and_plans_empty_after(tmp_path: Path) -> None:
    bench = started(tmp_path / "story")
    report = bench.apply()
    assert report.exit is Exit.DONE, report
    assert not report.warnings
    plan = bench.plan().plan
    assert plan.empty, plan.steps
    assert not plan.drift
    names = [rule["Name"] for rule in bench.hand.run("Get-TransportRule")["value"]]  # type: ignore[index, union-attr, call-overload]
    assert names[0] == "Fresh rule"
    assert names[-1] == "Route"
    assert names.index("Foreign first") < names.index("Foreign in between")
    assert "Old rule" not in names


def test_a_refusal_at_any_step_before_the_pivot_leaves_the_tenant_as_it_was(tmp_path: Path) -> None:
    _, before_pivot = count_writes(tmp_path / "count")
    assert before_pivot >= 20
    for nth in range(1, before_pivot + 1):
        bench = started(tmp_path / str(nth))
        was = bench.hand.snapshot()
        state = bench.state
        report = bench.apply(Fault(When(nth=nth), Reject()))
        assert report.exit is Exit.ROLLED_BACK, (nth, report)
        assert difference(was, bench.hand.snapshot()) == [], nth
        assert bench.state == state, nth
        assert bench.store.journal() is None
        assert bench.apply().exit is Exit.DONE, nth
        assert bench.plan().plan.empty, nth


def test_a_refused_deletion_is_for_the_next_apply(tmp_path: Path) -> None:
    total, before_pivot = count_writes(tmp_path / "count")
    for nth in range(before_pivot + 1, total + 1):
        bench = started(tmp_path / str(nth))
        report = bench.apply(Fault(When(nth=nth), Reject()))
        assert report.exit is Exit.WAITING, (nth, report)
        assert report.pending
        again = bench.apply()
        assert again.exit is Exit.DONE, (nth, again)
        assert bench.plan().plan.empty, nth
        assert bench.state.pending_delete == ()


@pytest.mark.parametrize("what", [Lose(applied=True), Lose(applied=False), Forbid(), Page(), Truncate()])
def test_a_lost_answer_at_any_step_ends_as_done_or_as_it_was_or_says_that_nobody_knows(
    tmp_path: Path, what: Lose | Forbid | Page | Truncate
) -> None:
    total, before_pivot = count_writes(tmp_path / "count")
    for nth in range(1, total + 1):
        bench = started(tmp_path / f"{nth}")
        was = bench.hand.snapshot()
        report = bench.apply(Fault(When(nth=nth), what))
        now = bench.hand.snapshot()
        match report.exit:
            case Exit.DONE:
                assert bench.plan().plan.empty, (nth, report)
            case Exit.WAITING:
                assert nth > before_pivot
                assert bench.apply().exit is Exit.DONE
            case Exit.ROLLED_BACK:
                assert difference(was, now) == [], (nth, report)
            case Exit.UNRESOLVED:
                # nothing landed, but it still might: everything else is back
                assert isinstance(what, Lose | Page), (nth, report)
                assert not what.applied, (nth, report)
                assert difference(was, now) == [], (nth, report)
                assert bench.store.journal() is not None
            case other:
                pytest.fail(f"{nth}: {other} {report}")


def test_every_refusal_of_the_scenario_itself_leaves_an_empty_tenant(tmp_path: Path) -> None:
    for nth in range(1, 9):
        bench = Bench(tmp_path / str(nth), SCENARIO)
        bench.folder.mkdir()
        was = bench.hand.snapshot()
        report = bench.apply(Fault(When(nth=nth), Reject()))
        assert report.exit is Exit.ROLLED_BACK, (nth, report)
        assert difference(was, bench.hand.snapshot()) == [], nth


def test_what_somebody_else_changed_meanwhile_is_left_and_reported(tmp_path: Path) -> None:
    bench = started(tmp_path / "foreign")

    def elsewhere(request: object) -> None:
        if getattr(request, "operation", "") == "Enable-TransportRule":
            hand = bench.hand
            hand.run("Set-InboundConnector", {"Identity": "From signature, renamed", "RequireTls": False})

    report = bench.apply(Fault(When(operation="Enable-TransportRule"), Reject()), observer=elsewhere)
    assert report.exit in (Exit.UNRESOLVED, Exit.ROLLED_BACK)
    found = bench.hand.run("Get-InboundConnector", {"Identity": "From signature"})["value"]
    assert found[0]["Comment"] == "written by hand"  # type: ignore[index, call-overload]
