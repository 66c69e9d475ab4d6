"""A run that is killed at any instant is settled by the next one: nothing is lost, nothing stays half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform_providers.sandbox import Request
from mailform_providers.sandbox.snapshot import difference
from mailform_state.journal import Entry, Intent, Pivot, Result


class Killed(BaseException):
    """Stands for SIGKILL: nothing below may catch it and tidy up."""


def started(folder: Path) -> Bench:
    folder.mkdir()
    bench = Bench(folder)
    prepared_tenant(bench)
    return bench


def killed_after(bench: Bench, entries: int) -> bool:
    """Applies, and dies when so many journal entries are durable; whether it died at all."""
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal seen
        seen += 1
        if seen == entries:
            raise Killed

    try:
        bench.apply(watch=watch)
    except Killed:
        return True
    return False


def test_a_run_killed_at_any_journal_entry_is_settled_by_recover(tmp_path: Path) -> None:
    points = 0
    for entries in range(1, 500):
        bench = started(tmp_path / str(entries))
        was = bench.hand.snapshot()
        if not killed_after(bench, entries):
            break
        points += 1
        journal = bench.store.journal()
        assert journal is not None
        past_pivot = any(isinstance(entry, Pivot) for entry in journal.entries)
        report = bench.recover()
        assert report is not None
        assert report.exit is Exit.DONE, (entries, report)
        assert bench.store.journal() is None
        if not past_pivot:
            assert difference(was, bench.hand.snapshot()) == [], entries
        assert bench.apply().exit is Exit.DONE, entries
        assert bench.plan().plan.empty, entries
        no_orphans(bench)
    print(f"{points} crash points")
    assert points > 60


def test_a_run_killed_right_after_any_write_reached_the_tenant_is_settled_too(tmp_path: Path) -> None:
    for nth in range(1, 200):
        bench = started(tmp_path / str(nth))
        was = bench.hand.snapshot()
        try:
            bench.apply(after_write=die_after(nth))
        except Killed:
            pass
        else:
            break
        journal = bench.store.journal()
        assert journal is not None
        past_pivot = any(isinstance(entry, Pivot) for entry in journal.entries)
        assert bench.recover().exit is Exit.DONE, nth  # type: ignore[union-attr]
        if not past_pivot:
            assert difference(was, bench.hand.snapshot()) == [], nth
        assert bench.apply().exit is Exit.DONE, nth
        assert bench.plan().plan.empty, nth
        no_orphans(bench)
    assert nth > 25


def die_after(nth: int) -> object:
    writes = 0

    def die(_: Request) -> None:
        nonlocal writes
        writes += 1
        if writes == nth:
            raise Killed

    return die


def no_orphans(bench: Bench) -> None:
    """Everything in the tenant is in the state, or was there before anybody managed anything."""
    known = {entry.id for entry in bench.state.resources.values()}
    for kind in ("outbound_connector", "inbound_connector", "transport_rule"):
        for id, settings in bench.hand.snapshot()[kind].items():  # type: ignore[union-attr]
            assert id in known or str(settings["Name"]).startswith("Foreign"), settings  # type: ignore[index, call-overload]


def test_no_write_is_sent_before_its_intent_is_durable(tmp_path: Path) -> None:
    bench = started(tmp_path / "ahead")
    sent = 0

    def check(request: Request) -> None:
        nonlocal sent
        sent += 1
        journal = bench.store.journal()
        assert journal is not None
        intents = sum(isinstance(entry, Intent) for entry in journal.entries)
        assert intents >= sent, request

    bench.apply(observer=check)
    assert sent > 20


def test_a_held_journal_is_rolled_back_by_recover(tmp_path: Path) -> None:
    from mailform_providers.sandbox import Fault, Reject, When

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


@pytest.mark.parametrize("first", [8, 20, 33])
def test_a_recovery_that_is_killed_is_recovered_again(tmp_path: Path, first: int) -> None:
    for second in range(1, 60):
        bench = started(tmp_path / f"{first}-{second}")
        was = bench.hand.snapshot()
        assert killed_after(bench, first)
        seen = 0

        def watch(entry: Entry, limit: int = second) -> None:
            nonlocal seen
            seen += 1
            if seen == limit:
                raise Killed

        try:
            bench.recover(watch=watch)
        except Killed:
            assert bench.recover() is not None
        else:
            break
        assert difference(was, bench.hand.snapshot()) == [], (first, second)
        assert bench.store.journal() is None
