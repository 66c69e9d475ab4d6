"""Somebody who interrupts a run gets the tenant as it was; behind the pivot, what isn't deleted yet waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, rule
from lifecycle.looks import names, sent, settled
from mailform.exits import Exit
from mailform_providers.sandbox.snapshot import difference
from mailform_state.journal import Entry, Pivot


def rules(comments: str) -> tuple[str, ...]:
    return tuple(rule(label, label.upper(), f'comments = "{comments}"') for label in "abc")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, configuration(inbound("in", "In"), inbound("old", "Old"), *rules("old")))
    assert bench.apply().exit is Exit.DONE
    return bench


@pytest.mark.parametrize("writes", [1, 2])
def test_a_run_that_is_interrupted_begins_nothing_more_and_is_taken_back(bench: Bench, writes: int) -> None:
    was = bench.hand.snapshot()
    bench.text = configuration(inbound("in", "In"), inbound("old", "Old"), *rules("new"))
    report = bench.apply(stopped=lambda: bench.writes() >= writes)
    assert report.exit is Exit.ROLLED_BACK
    assert "interrupted" in report.failure
    assert sent(bench) == ["Set-TransportRule"] * (2 * writes)
    assert difference(was, bench.hand.snapshot()) == []


def test_behind_the_pivot_what_is_not_deleted_yet_waits_for_the_next_apply(bench: Bench) -> None:
    bench.text = configuration(inbound("in", "In"), *rules("old"))
    told: list[Entry] = []
    report = bench.apply(watch=told.append, stopped=lambda: any(isinstance(entry, Pivot) for entry in told))
    assert report.exit is Exit.WAITING
    assert sent(bench) == ["Set-InboundConnector"]
    assert [left.name for left in bench.state.pending_delete] == ["Old"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "inbound_connector") == ["In"]
    assert settled(bench)
