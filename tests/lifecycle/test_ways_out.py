"""The ways out of an open journal: back, forward, finished behind the pivot, or leaving one thing on purpose."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, routing, rule, scoped
from lifecycle.looks import by_hand, drifting, guid, names, settled, steps
from lifecycle.stories import prepared_tenant
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.steps import Delete
from mailform.session.report import Recovery
from mailform.session.skipping import Decision
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from mailform_state.errors import Damaged, Refused
from mailform_state.journal import Entry, Intent, Pivot


class Killed(BaseException):
    """Stands for SIGKILL."""


def after(count: int, kind: type[Entry]) -> object:
    """Dies when so many entries of a kind are durable."""
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal seen
        seen += isinstance(entry, kind)
        if seen == count:
            raise Killed

    return watch


def held(bench: Bench, nth: int) -> None:
    """An apply whose nth write is refused, and that stops there."""
    assert bench.apply(Fault(When(nth=nth), Reject()), rollback=False).exit is Exit.INTERRUPTED


@pytest.mark.parametrize("nth", range(2, 30, 3))
def test_a_held_run_can_go_on_instead_of_back(tmp_path: Path, nth: int) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    held(bench, nth)
    there = {str(one) for one in bench.hand.snapshot()["transport_rule"]}
    report = bench.recover(forward=True)
    assert report is not None
    assert (report.exit in (Exit.DONE, Exit.WAITING), report.recovery) == (True, Recovery.KEPT)
    assert bench.store.journal() is None
    assert bench.writes() == 0
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
    assert {one for one in there if one in bench.hand.snapshot()["transport_rule"]} >= {
        one.id for one in bench.state.resources.values() if one.id in there
    }
    known = {one.id for one in bench.state.resources.values()}
    for kind in ("outbound_connector", "inbound_connector", "transport_rule"):
        for id, settings in bench.hand.snapshot()[kind].items():  # type: ignore[union-attr]
            assert id in known or str(settings["Name"]).startswith("Foreign"), settings  # type: ignore[index, call-overload]


def test_what_a_held_run_disabled_only_to_delete_it_is_no_drift_when_it_goes_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.text = configuration(rule("a", "A"), rule("b", "B"), rule("c", "C"))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(rule("a", "A"))
    held(bench, 2)
    assert bench.recover(forward=True) is not None
    plan = bench.plan().plan
    assert [found.address for found in plan.drift] == []
    assert {type(step) for step in plan.steps} == {Delete}
    bench.text = configuration(rule("a", "A"), rule("b", "B"), rule("c", "C"))
    assert (drifting(bench), steps(bench)) == ({}, ["~ transport_rule.b"])
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_going_on_is_refused_where_somebody_else_changed_something(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    held(bench, 20)
    by_hand(bench, "Set-InboundConnector", "Old way in", Comment="by hand")
    with pytest.raises(Refused, match=r"somebody else changed comment of inbound_connector\.old"):
        bench.recover(forward=True)
    assert bench.store.journal() is not None
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]


@pytest.mark.parametrize("count", range(1, 9))
def test_a_run_that_was_killed_behind_the_pivot_is_finished_by_its_journal_alone(tmp_path: Path, count: int) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    past = False
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal past, seen
        past = past or isinstance(entry, Pivot)
        seen += past
        if seen == count:
            raise Killed

    with pytest.raises(Killed):
        bench.apply(watch=watch)
    wanted, bench.text = bench.text, "nobody reads this"
    report = bench.recover()
    assert report is not None
    assert (report.exit, report.recovery) == (Exit.DONE, Recovery.FINISHED)
    bench.text = wanted
    assert settled(bench)
    assert "Old rule" not in names(bench, "transport_rule")
    assert "Old way in" not in names(bench, "inbound_connector")
    assert "To signature" not in names(bench, "outbound_connector")


def test_what_a_recovery_behind_the_pivot_cannot_delete_is_for_the_next_apply(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    with pytest.raises(Killed):
        bench.apply(watch=after(1, Pivot))  # type: ignore[arg-type]
    report = bench.recover(Fault(When(operation="Remove-TransportRule"), Reject()))
    assert report is not None
    assert report.exit is Exit.WAITING
    assert any("transport_rule.old" in line for line in report.pending)
    assert bench.store.journal() is None
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


STUCK = configuration(outbound("out", "Out", 'comment = "old"'), inbound("in", "In"), rule("a", "A"))


def stuck(tmp_path: Path) -> tuple[Bench, Fault]:
    """A run that could not be taken back: the connector refuses its old comment."""
    bench = Bench(tmp_path, STUCK)
    bench.apply()
    bench.text = STUCK.replace('"old"', '"new"').replace("[x] ", "[y] ")
    refusing = Fault(When(operation="Set-OutboundConnector", nth=2, onwards=True), Reject())
    assert bench.apply(Fault(When(operation="Set-TransportRule"), Reject()), refusing).exit is Exit.UNRESOLVED
    return bench, Fault(When(operation="Set-OutboundConnector"), Reject())


OUT = Address("outbound_connector", "out")


def test_what_cannot_be_taken_back_can_be_left_and_is_remembered(tmp_path: Path) -> None:
    bench, refusing = stuck(tmp_path)
    assert bench.recover(refusing).exit is Exit.UNRESOLVED  # type: ignore[union-attr]
    report = bench.recover(refusing, decision=Decision((OUT,), "the service is ill"))
    assert report is not None
    assert report.exit is Exit.DONE
    assert bench.writes() == 0
    (left,) = bench.state.unresolved
    assert (left.address, left.id, left.detail) == (OUT, guid(bench, "outbound_connector", "Out"), "the service is ill")
    assert bench.apply().exit is Exit.DONE
    assert bench.state.unresolved == ()
    assert settled(bench)


def test_leaving_something_makes_a_saved_plan_stale(tmp_path: Path) -> None:
    bench, refusing = stuck(tmp_path)
    before = bench.state.serial
    bench.recover(refusing, decision=Decision((OUT,), "the service is ill"))
    assert bench.state.serial > before


def test_an_object_that_was_left_and_that_nobody_wants_is_told_with_every_plan(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(inbound("in", "In")))
    bench.apply()
    was = bench.text
    bench.text = configuration(
        inbound("in", "In"), scoped("out", "Out"), routing("r", "R", "${outbound_connector.out.name}")
    )
    refusing = Fault(When(operation="Remove-*"), Reject())
    assert bench.apply(Fault(When(operation="Enable-*"), Reject()), refusing).exit is Exit.UNRESOLVED
    decision = Decision((OUT, Address("transport_rule", "r")), "looked at by hand")
    assert bench.recover(refusing, decision=decision).exit is Exit.DONE  # type: ignore[union-attr]
    assert {str(one) for one in bench.state.resources} == {
        "inbound_connector.in",
        "outbound_connector.out",
        "transport_rule.r",
    }
    bench.text = was
    told = [found.message for found in bench.plan().plan.warnings if found.code == "unresolved"]
    assert len(told) == 2
    assert "looked at by hand" in told[0]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == []


def test_only_what_the_run_wrote_to_can_be_left(tmp_path: Path) -> None:
    bench, _ = stuck(tmp_path)
    with pytest.raises(Mistakes) as found:
        bench.recover(decision=Decision((Address("inbound_connector", "in"),), "why not"))
    assert "wrote nothing to inbound_connector.in" in found.value.diagnostics[0].message
    assert bench.store.journal() is not None


@pytest.mark.parametrize("count", [1, 2])
def test_a_recovery_that_leaves_something_and_is_killed_is_gone_on_with(tmp_path: Path, count: int) -> None:
    bench, refusing = stuck(tmp_path)
    with pytest.raises(Killed):
        bench.recover(
            refusing,
            decision=Decision((OUT,), "ill"),
            watch=after(count, object),  # type: ignore[arg-type]
        )
    report = bench.recover(refusing)
    assert report is None or report.exit is Exit.DONE
    assert [left.detail for left in bench.state.unresolved] == ["ill"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_journal_whose_state_is_gone_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    with pytest.raises(Killed):
        bench.apply(watch=after(3, Intent))  # type: ignore[arg-type]
    for file in (tmp_path / "mailform.state.json", *(tmp_path / "mailform.state.versions").iterdir()):
        file.unlink()
    with pytest.raises(Damaged, match="there is none"):
        bench.recover()
    assert bench.store.journal() is not None


def test_a_plan_while_a_run_is_open_shows_what_is_left_of_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    was = bench.hand.snapshot()
    held(bench, 20)
    before = bench.hand.snapshot()
    journal = bench.store.journal()
    assert journal is not None
    left = bench.plan(open_run=journal.entries).plan
    assert 0 < len(left.steps) < 15
    assert bench.hand.snapshot() == before
    bench.recover()
    assert difference(was, bench.hand.snapshot()) == []


def test_a_run_that_loses_its_lock_stops_and_takes_nothing_back_without_it(tmp_path: Path) -> None:
    for wave in range(1, 30):
        folder = tmp_path / str(wave)
        folder.mkdir()
        bench = Bench(folder)
        prepared_tenant(bench)
        was = bench.hand.snapshot()
        begun: list[int] = []

        def watch(entry: Entry, wave: int = wave, bench: Bench = bench, begun: list[int] = begun) -> None:
            if isinstance(entry, Intent):
                begun.append(entry.step)
                if len(begun) == wave:
                    (bench.folder / "mailform.state.lock").unlink()

        report = bench.apply(Fault(When(nth=25), Reject()), watch=watch)
        if report.exit is Exit.ROLLED_BACK:
            break
        assert report.exit is Exit.LOCKED
        assert "lost" in report.failure
        assert bench.writes() <= len(begun)
        assert all(deed.undone is None for deed in report.deeds)
        assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
        assert difference(was, bench.hand.snapshot()) == []
    assert wave > 10


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of a file")
@pytest.mark.parametrize("count", range(1, 70, 4))
def test_a_disk_that_fills_up_in_the_middle_loses_nothing(tmp_path: Path, count: int) -> None:
    import resource

    bench = Bench(tmp_path)
    prepared_tenant(bench)
    was = bench.hand.snapshot()
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            size = (tmp_path / "mailform.state.journal").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        report = bench.apply(watch=watch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert report.exit is Exit.INTERRUPTED
    assert "the journal" in report.failure.lower() or "the state" in report.failure.lower()
    journal = bench.store.journal()
    assert journal is not None
    settled_ = bench.recover()
    assert settled_ is not None
    assert settled_.exit is Exit.DONE
    if settled_.recovery is Recovery.TAKEN_BACK:
        assert difference(was, bench.hand.snapshot()) == []
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


@pytest.mark.parametrize("count", range(2, 60, 7))
def test_somebody_who_leaves_at_once_is_told_what_was_done(tmp_path: Path, count: int) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    seen = 0

    def watch(entry: Entry) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            raise KeyboardInterrupt

    report = bench.apply(watch=watch)
    assert report.exit is Exit.INTERRUPTED
    assert report.next_command == "mailform recover"
    assert len(report.deeds) == sum(isinstance(entry, Intent) for entry in bench.store.journal().entries)  # type: ignore[union-attr]
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert bench.apply().exit is Exit.DONE
