"""What is written down, and when: everything before it is done, and the journal stays until the state is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.looks import sent, settled
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform.session.recovering import Course, recover
from mailform_providers.connect import connect_sandbox
from mailform_providers.sandbox import Fault, Reject, Request, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.errors import Damaged, WrongTenant
from mailform_state.journal import Entry, Intent, Pivot, Result, Undo
from mailform_state.local import LocalStore
from mailform_state.store import Holder
from mailform_state.values import State


class Killed(BaseException):
    """Stands for SIGKILL."""


class Forgetful(LocalStore):
    """On a disk that says yes and keeps nothing of a state."""

    def write(self, state: State, *, expected: int | None) -> None:
        pass


class Undertaker(LocalStore):
    """Dies instead of taking the journal away."""

    def close_journal(self) -> None:
        raise Killed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    return bench


def last_entry(bench: Bench) -> Entry:
    """What the journal said last when somebody looked."""
    journal = bench.store.journal()
    assert journal is not None
    return journal.entries[-1]


def at_the_pivot(entry: Entry) -> None:
    if isinstance(entry, Pivot):
        raise Killed


def test_nothing_is_sent_before_that_is_durable(bench: Bench) -> None:
    open_at_each: list[int] = []

    def look(_: Request) -> None:
        journal = bench.store.journal()
        assert journal is not None
        begun = {entry.step for entry in journal.entries if isinstance(entry, Intent)}
        ended = {entry.step for entry in journal.entries if isinstance(entry, Result)}
        open_at_each.append(len(begun - ended))

    assert bench.apply(observer=look).exit is Exit.DONE
    assert len(open_at_each) > 20
    assert min(open_at_each) >= 1


def test_nothing_is_taken_back_before_that_is_durable(bench: Bench) -> None:
    refused, told = 20, list[Entry]()

    def look(_: Request) -> None:
        told.append(last_entry(bench))

    assert bench.apply(Fault(When(nth=refused), Reject()), observer=look).exit is Exit.ROLLED_BACK
    back = told[refused:]
    assert len(back) > 10
    assert {type(entry) for entry in back} == {Undo}


def test_nothing_is_finished_before_that_is_durable(bench: Bench) -> None:
    told = list[Entry]()
    with pytest.raises(Killed):
        bench.apply(watch=at_the_pivot)
    bench.recover(after_write=lambda _: told.append(last_entry(bench)))
    assert len(told) > 3
    assert {type(entry) for entry in told} == {Intent}


def test_a_state_that_cannot_be_written_keeps_the_journal(bench: Bench) -> None:
    in_the_way = bench.folder / "mailform.state.versions" / f"{bench.state.serial + 1:010}.json"

    def obstruct(entry: Entry) -> None:
        if isinstance(entry, Pivot):
            in_the_way.mkdir()

    report = bench.apply(watch=obstruct)
    assert report.exit is Exit.INTERRUPTED
    assert bench.store.journal() is not None
    in_the_way.rmdir()
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert settled(bench)


def test_a_state_that_is_not_read_back_as_it_was_written_keeps_the_journal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.state
    with monkeypatch.context() as forgetting:
        forgetting.setattr("lifecycle.bench.LocalStore", Forgetful)
        report = bench.apply()
        assert (report.exit, "read back" in report.failure) == (Exit.INTERRUPTED, True)
        with pytest.raises(Damaged, match="read back"):
            bench.recover()
    assert bench.state == before
    assert bench.store.journal() is not None
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert settled(bench)


def test_a_run_that_was_cut_off_behind_its_state_is_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr("lifecycle.bench.LocalStore", Undertaker)
        with pytest.raises(Killed):
            bench.apply()
    state = bench.state
    report = bench.recover()
    assert report is not None
    assert (report.exit, sent(bench), bench.state) == (Exit.DONE, [], state)
    assert bench.store.journal() is None
    assert settled(bench)


def test_a_newer_state_of_another_run_does_not_settle_a_journal(bench: Bench) -> None:
    assert bench.apply(Fault(When(nth=20), Reject()), rollback=False).exit is Exit.INTERRUPTED
    serial = bench.state.serial
    bench.store.write(replace(bench.state, serial=serial + 1, mail_host="else.contoso.com"), expected=serial)
    with pytest.raises(Damaged, match="of another state"):
        bench.recover()
    assert bench.store.journal() is not None


def test_a_recovery_that_loses_its_lock_stops(bench: Bench) -> None:
    was = bench.hand.snapshot()
    assert bench.apply(Fault(When(nth=20), Reject()), rollback=False).exit is Exit.INTERRUPTED

    def break_it(entry: Entry) -> None:
        if isinstance(entry, Undo):
            (bench.folder / "mailform.state.lock").unlink(missing_ok=True)

    report = bench.recover(watch=break_it)
    assert report is not None
    assert (report.exit, len(sent(bench))) == (Exit.LOCKED, 1)
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert difference(was, bench.hand.snapshot()) == []


def test_the_journal_of_another_tenant_is_left_alone(bench: Bench) -> None:
    assert bench.apply(Fault(When(nth=20), Reject()), rollback=False).exit is Exit.INTERRUPTED
    told, was = bench.store.journal(), bench.hand.snapshot()
    holder = Holder("somebody", "here", 3, datetime(2026, 11, 23, tzinfo=UTC))
    with (
        bench.store.lock(holder, 0) as lock,
        connect_sandbox(bench.sandbox(), bench.waits(), bench.patience()) as tenant,
        pytest.raises(WrongTenant),
    ):
        recover(bench.store, "another tenant", tenant.provider, lock, bench.clock, Course("0.1.0"))
    assert (bench.store.journal(), difference(was, bench.hand.snapshot())) == (told, [])
