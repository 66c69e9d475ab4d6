"""What a run says of its end is what was looked at: a change that may still land, or a tenant that nobody could read
again, never ends as rolled back or done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, rule, scoped
from lifecycle.looks import at, by_hand, guid, named, names, requests, sent
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform_providers.sandbox import Behaviour, Fault, Forbid, Lose, Reject, Request, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.journal import Entry, Outcome, Result

BEFORE = configuration(
    outbound("out", "Out", 'comment = "old"'),
    inbound("in", "In", 'comment = "old"'),
    rule("a", "A", actions='{ prepend_subject = "[a] " }'),
    rule("b", "B", actions='{ prepend_subject = "[b] " }'),
)
AFTER = configuration(
    outbound("out", "Out", 'comment = "new"'),
    inbound("in", "In", 'comment = "new"'),
    inbound("fresh", "Fresh"),
    rule("a", "A", actions='{ prepend_subject = "[A] " }'),
    rule("b", "B", actions='{ prepend_subject = "[B] " }'),
)


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, BEFORE)
    assert bench.apply().exit is Exit.DONE
    bench.text = AFTER
    return bench


def comment(bench: Bench, kind: str, name: str) -> object:
    return named(bench, kind, name)["Comment"]


def the_in(bench: Bench) -> str:
    """The inbound connector whose comment changes."""
    return str(guid(bench, "inbound_connector", "In"))


def listing(cmdlet: str, nth: int, *, onwards: bool = False) -> Fault:
    """The nth listing of a kind may not be read; looking at a single object may."""
    return Fault(When(operation=cmdlet, identity="", writes=False, nth=nth, onwards=onwards), Forbid())


def nth_write_to(id: str, nth: int, edit: Callable[[], None]) -> Callable[[Request], None]:
    """Does an edit right after the nth write to an object."""
    seen = 0

    def heard(request: Request) -> None:
        nonlocal seen
        seen += request.identity == id
        if request.identity == id and seen == nth:
            edit()

    return heard


def test_a_lost_write_that_never_shows_ends_unverified(bench: Bench) -> None:
    was = bench.hand.snapshot()
    lost = Fault(When(operation="Set-InboundConnector", identity=the_in(bench)), Lose(applied=False))
    report = bench.apply(lost)
    assert report.exit is Exit.UNRESOLVED
    assert any("inbound_connector.in: unverified" in line for line in report.unresolved)
    assert "may still land" in report.hint
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.store.journal() is not None


def test_a_lost_write_that_lands_before_everything_is_taken_back_is_taken_back_too(bench: Bench) -> None:
    def land(entry: Entry) -> None:
        if isinstance(entry, Result) and entry.outcome is Outcome.AMBIGUOUS:
            by_hand(bench, "Set-InboundConnector", "In", Comment="new")

    lost = Fault(When(operation="Set-InboundConnector", identity=the_in(bench), nth=1), Lose(applied=False))
    report = bench.apply(lost, watch=land)
    assert report.exit is Exit.UNRESOLVED
    assert comment(bench, "inbound_connector", "In") == "old"


def test_what_was_there_before_is_never_taken_for_what_a_lost_create_made(tmp_path: Path) -> None:
    """The old object steps aside, and a reader that lags still shows it under the name of the new one."""
    lagging = Behaviour(replicas=3, visibility_seconds=40.0)
    bench = Bench(tmp_path, configuration(scoped("out", "Out")), lagging, settle=30.0)
    assert bench.apply().exit is Exit.DONE
    bench.clock.sleep(300)
    out = guid(bench, "outbound_connector", "Out")
    lost = Fault(When(operation="New-OutboundConnector"), Lose(applied=False))
    report = bench.apply(lost, options=Options(replace=at("outbound_connector.out")))
    bench.clock.sleep(300)
    assert report.exit is Exit.UNRESOLVED
    assert "Remove-OutboundConnector" not in sent(bench)
    assert guid(bench, "outbound_connector", "Out") == out


def test_what_cannot_be_read_right_before_it_is_not_written(bench: Bench) -> None:
    unread = When(operation="Get-InboundConnector", identity=the_in(bench), writes=False, nth=1)
    report = bench.apply(Fault(unread, Forbid()))
    assert report.exit is Exit.ROLLED_BACK
    assert "could not be read right before it was to be written" in report.failure
    assert the_in(bench) not in [request.identity for request in requests(bench)]


def test_what_cannot_be_read_again_before_the_pivot_is_taken_back(bench: Bench) -> None:
    was = bench.hand.snapshot()
    report = bench.apply(listing("Get-TransportRule", 2))
    assert report.exit is Exit.ROLLED_BACK
    assert "could not be read again" in report.failure
    assert difference(was, bench.hand.snapshot()) == []


def test_a_rollback_that_somebody_else_undoes_is_not_believed(bench: Bench) -> None:
    back = nth_write_to(the_in(bench), 2, lambda: by_hand(bench, "Set-InboundConnector", "In", Comment="new"))
    refused = Fault(When(operation="Set-TransportRule", nth=2), Reject())
    report = bench.apply(refused, after_write=back)
    assert report.exit is Exit.UNRESOLVED
    assert any("inbound_connector.in: comment not as before" in line for line in report.unresolved)


def test_a_rollback_that_cannot_be_read_again_is_not_believed(bench: Bench) -> None:
    bench.text = BEFORE + inbound("one", "One") + inbound("two", "Two", 'client_host_names = ["a.contoso.com"]')
    refused = Fault(When(operation="New-InboundConnector", nth=2), Reject())
    report = bench.apply(refused, listing("Get-InboundConnector", 2, onwards=True))
    assert report.exit is Exit.UNRESOLVED
    assert any("could not be read again" in line for line in report.unresolved)
    assert names(bench, "inbound_connector") == ["In"]
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]


def test_a_recovery_that_cannot_be_read_again_is_not_believed(bench: Bench) -> None:
    def die(request: Request) -> None:
        if request.operation == "New-InboundConnector":
            raise Killed

    with pytest.raises(Killed):
        bench.apply(after_write=die)
    report = bench.recover(listing("Get-InboundConnector", 2, onwards=True))
    assert report is not None
    assert report.exit is Exit.UNRESOLVED
    assert any("could not be read again" in line for line in report.unresolved)
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]


def test_what_was_being_made_when_the_run_was_cut_off_is_found_and_taken_away(bench: Bench) -> None:
    was = bench.hand.snapshot()

    def die(request: Request) -> None:
        if request.operation == "New-InboundConnector":
            raise Killed

    with pytest.raises(Killed):
        bench.apply(after_write=die)
    assert names(bench, "inbound_connector") == ["Fresh", "In"]
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert difference(was, bench.hand.snapshot()) == []


def test_an_undo_that_is_refused_does_not_stop_the_others(bench: Bench) -> None:
    refused = Fault(When(operation="Set-TransportRule"), Reject())
    stuck = Fault(When(operation="Set-OutboundConnector", nth=2, onwards=True), Reject())
    report = bench.apply(refused, stuck)
    assert report.exit is Exit.UNRESOLVED
    assert [line.partition(":")[0] for line in report.unresolved] == ["outbound_connector.out"]
    assert comment(bench, "outbound_connector", "Out") == "new"
    assert comment(bench, "inbound_connector", "In") == "old"
    assert names(bench, "inbound_connector") == ["In"]


def test_what_a_write_brought_along_is_taken_back_too(tmp_path: Path) -> None:
    """Exchange takes the smart hosts away as soon as a connector uses MX."""
    ignoring = 'lifecycle = { ignore_changes = ["smart_hosts"] }\n'
    head = '[outbound_connector.out]\nname = "Out"\nrecipient_domains = ["fabrikam.com"]\n'
    bench = Bench(tmp_path, configuration(outbound("out", "Out", ignoring), rule("a", "A")))
    assert bench.apply().exit is Exit.DONE
    was = bench.hand.snapshot()
    bench.text = configuration(head + "use_mx_record = true\n" + ignoring, rule("a", "A", 'comments = "new"'))
    report = bench.apply(Fault(When(operation="Set-TransportRule"), Reject()))
    assert "smart_hosts" not in str([request.parameters for request in requests(bench)][:1])
    assert report.exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []


def test_after_a_refusal_nothing_more_is_begun(bench: Bench) -> None:
    b = guid(bench, "transport_rule", "B")
    report = bench.apply(Fault(When(operation="Set-TransportRule", nth=1), Reject()))
    assert report.exit is Exit.ROLLED_BACK
    assert b not in [request.identity for request in requests(bench)]
