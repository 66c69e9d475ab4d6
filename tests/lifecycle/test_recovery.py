"""What `recover` does with a journal that was left open on purpose, or with none. Kills are in `test_every_crash`."""

from __future__ import annotations

from pathlib import Path

from lifecycle.bench import Bench
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.journal import Entry, Intent, Result


def started(folder: Path) -> Bench:
    folder.mkdir()
    bench = Bench(folder)
    prepared_tenant(bench)
    return bench


def test_a_held_journal_is_rolled_back_by_recover(tmp_path: Path) -> None:
    bench = started(tmp_path / "held")
    was = bench.hand.snapshot()
    assert bench.apply(Fault(When(nth=12), Reject()), rollback=False).exit is Exit.INTERRUPTED
    assert difference(was, bench.hand.snapshot()) != []
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert difference(was, bench.hand.snapshot()) == []


def test_recover_without_an_open_journal_has_nothing_to_do(tmp_path: Path) -> None:
    bench = started(tmp_path / "nothing")
    assert bench.recover() is None


def test_the_journal_is_never_empty_when_something_was_sent(tmp_path: Path) -> None:
    bench = started(tmp_path / "told")
    told: list[Entry] = []
    bench.apply(watch=told.append)
    intents = [entry for entry in told if isinstance(entry, Intent)]
    results = [entry for entry in told if isinstance(entry, Result)]
    assert len(intents) == len(results) == bench.writes()
