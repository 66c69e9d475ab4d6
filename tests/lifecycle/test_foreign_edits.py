"""Somebody else edits the tenant while a run is on, or before it is recovered: their edit stays, or the report names
it, and everything else is as if they had done nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, rule
from lifecycle.looks import by_hand, guid, named, names
from mailform.exits import Exit
from mailform.session.report import Report
from mailform_providers.sandbox import Fault, Lose, Reject, Request, When
from mailform_state.journal import Entry, Intent, Result

BEFORE = configuration(
    outbound("out", "Out", 'comment = "old"'),
    inbound("in", "In", 'comment = "old"'),
    rule("a", "A", actions='{ prepend_subject = "[a] " }'),
    rule("b", "B", actions='{ prepend_subject = "[b] " }'),
    rule("c", "C", actions='{ prepend_subject = "[c] " }'),
)
AFTER = configuration(
    outbound("out", "Out", 'comment = "new"'),
    inbound("in", "In", 'comment = "new"'),
    inbound("fresh", "Fresh"),
    rule("a", "A", actions='{ prepend_subject = "[A] " }'),
    rule("b", "B", actions='{ prepend_subject = "[B] " }'),
    rule("c", "C", 'order = { at = "first" }', actions='{ prepend_subject = "[c] " }'),
)


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, BEFORE)
    assert bench.apply().exit is Exit.DONE
    bench.text = AFTER
    return bench


def when(operation: str, edit: Callable[[], None]) -> Callable[[Request], None]:
    """Does an edit once, right after the first write of this name."""
    pending = [edit]

    def heard(request: Request) -> None:
        if pending and request.operation == operation:
            pending.pop()()

    return heard


def refused_at_the_end(bench: Bench, heard: Callable[[Request], None]) -> Report:
    """An apply whose last write is refused, so that everything is taken back."""
    return bench.apply(
        Fault(When(operation="Set-TransportRule", identity=rule_id(bench, "B")), Reject()), after_write=heard
    )


def rule_id(bench: Bench, name: str) -> str:
    return str(guid(bench, "transport_rule", name))


def comment(bench: Bench, kind: str, name: str) -> object:
    return named(bench, kind, name)["Comment"]


def test_an_edit_between_plan_and_write_is_not_overwritten(bench: Bench) -> None:
    report = bench.apply(between=lambda _: by_hand(bench, "Set-InboundConnector", "In", Comment="by hand"))
    assert report.exit is Exit.ROLLED_BACK
    assert "somebody else changed comment since it was planned" in report.failure
    assert comment(bench, "inbound_connector", "In") == "by hand"
    assert comment(bench, "outbound_connector", "Out") == "old"


def test_an_edit_of_what_the_run_does_not_write_stays_and_the_run_goes_on(bench: Bench) -> None:
    report = bench.apply(
        between=lambda _: by_hand(bench, "Set-InboundConnector", "In", SenderIPAddresses=["192.0.2.1"])
    )
    assert report.exit is Exit.DONE
    assert named(bench, "inbound_connector", "In")["SenderIPAddresses"] == ["192.0.2.1"]


def test_a_rollback_leaves_what_somebody_else_wrote_just_before_our_write(bench: Bench) -> None:
    report = bench.apply(
        Fault(When(operation="Set-TransportRule", identity=rule_id(bench, "B")), Reject()),
        between=lambda _: by_hand(bench, "Set-InboundConnector", "In", RequireTls=False),
    )
    assert report.exit is Exit.ROLLED_BACK
    assert named(bench, "inbound_connector", "In")["RequireTls"] is False
    assert comment(bench, "inbound_connector", "In") == "old"


def test_a_rollback_leaves_what_somebody_else_wrote_beside_it(bench: Bench) -> None:
    edit = when("Set-InboundConnector", lambda: by_hand(bench, "Set-InboundConnector", "In", RequireTls=False))
    report = refused_at_the_end(bench, edit)
    assert report.exit is Exit.ROLLED_BACK
    assert any("inbound_connector.in" in line and "require_tls" in line for line in report.foreign)
    assert named(bench, "inbound_connector", "In")["RequireTls"] is False
    assert comment(bench, "inbound_connector", "In") == "old"


def test_a_rollback_leaves_what_somebody_else_wrote_over_it_and_says_so(bench: Bench) -> None:
    done, in_ = False, guid(bench, "inbound_connector", "In")

    def watch(entry: Entry) -> None:
        nonlocal done
        if not done and isinstance(entry, Result) and entry.id == in_ and (entry.after or {}).get("comment") == "new":
            done = True
            by_hand(bench, "Set-InboundConnector", "In", Comment="by hand")

    report = bench.apply(Fault(When(operation="Set-TransportRule"), Reject()), watch=watch)
    assert report.exit is Exit.UNRESOLVED
    assert any("inbound_connector.in" in line and "comment" in line for line in report.unresolved)
    assert comment(bench, "inbound_connector", "In") == "by hand"
    assert comment(bench, "outbound_connector", "Out") == "old"
    recovered = bench.recover()
    assert recovered is not None
    assert recovered.exit is Exit.DONE
    assert any("comment" in line for line in recovered.foreign)
    assert [found.attribute for one in bench.plan().plan.drift for found in one.differences] == ["comment"]
    assert bench.apply().exit is Exit.DONE
    assert comment(bench, "inbound_connector", "In") == "new"


def test_what_the_run_made_and_somebody_edited_is_left_and_ours(bench: Bench) -> None:
    edit = when("New-InboundConnector", lambda: by_hand(bench, "Set-InboundConnector", "Fresh", Comment="mine now"))
    report = refused_at_the_end(bench, edit)
    assert report.exit is Exit.UNRESOLVED
    assert any("inbound_connector.fresh" in line and "comment" in line for line in report.unresolved)
    assert comment(bench, "inbound_connector", "Fresh") == "mine now"
    assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert bench.apply().exit is Exit.DONE
    assert bench.plan().plan.empty
    assert names(bench, "inbound_connector") == ["Fresh", "In"]


def test_a_rule_that_somebody_else_moved_stays_there_and_is_told(bench: Bench) -> None:
    edit = when("Set-TransportRule", lambda: by_hand(bench, "Set-TransportRule", rule_id(bench, "C"), Priority=1))
    report = refused_at_the_end(bench, edit)
    assert report.exit is Exit.UNRESOLVED
    assert any("somebody else moved" in line for line in report.unresolved)
    assert names(bench, "transport_rule") == ["A", "C", "B"]


def test_an_object_that_somebody_deleted_meanwhile_is_reported(bench: Bench) -> None:
    edit = when("Set-InboundConnector", lambda: by_hand(bench, "Remove-InboundConnector", "In", Confirm=False))
    report = refused_at_the_end(bench, edit)
    assert any("inbound_connector.in" in line for line in (*report.unresolved, *report.foreign))
    if report.exit is Exit.UNRESOLVED:
        assert bench.recover().exit is Exit.DONE  # type: ignore[union-attr]
    assert bench.apply().exit is Exit.DONE
    assert bench.plan().plan.empty


def killed(bench: Bench, operation: str) -> None:
    """An apply that is killed the moment a write has reached the tenant."""

    def die(request: Request) -> None:
        if request.operation == operation:
            raise Killed

    with pytest.raises(Killed):
        bench.apply(after_write=die)


def test_an_edit_between_a_kill_and_its_recovery_stays(bench: Bench) -> None:
    killed(bench, "Set-InboundConnector")
    by_hand(bench, "Set-InboundConnector", "In", RequireTls=False)
    report = bench.recover()
    assert report is not None
    assert report.exit is Exit.DONE
    assert any("require_tls" in line for line in report.foreign)
    assert named(bench, "inbound_connector", "In")["RequireTls"] is False
    assert comment(bench, "inbound_connector", "In") == "old"


def test_an_edit_over_a_write_that_was_cut_off_stays_and_is_listed(bench: Bench) -> None:
    killed(bench, "Set-InboundConnector")
    by_hand(bench, "Set-InboundConnector", "In", Comment="by hand")
    report = bench.recover()
    assert report is not None
    assert report.exit is Exit.DONE
    assert any("comment" in line for line in report.foreign)
    assert comment(bench, "inbound_connector", "In") == "by hand"


def test_an_object_whose_making_was_cut_off_and_that_somebody_edited_is_never_forgotten(bench: Bench) -> None:
    for edit in ({"Comment": "mine now"}, {"SenderDomains": ["else.contoso.com"]}):
        killed(bench, "New-InboundConnector")
        by_hand(bench, "Set-InboundConnector", "Fresh", **edit)
        report = bench.recover()
        assert report is not None
        assert report.exit is Exit.DONE
        known = {one.id for one in bench.state.resources.values()}
        assert guid(bench, "inbound_connector", "Fresh") in known or any("fresh" in line for line in report.foreign)
        by_hand(bench, "Remove-InboundConnector", "Fresh", Confirm=False)


def test_an_object_that_is_to_go_and_that_somebody_edited_is_not_deleted_behind_their_back(
    bench: Bench,
) -> None:
    assert bench.apply().exit is Exit.DONE
    bench.text = BEFORE
    edit = when("Set-InboundConnector", lambda: by_hand(bench, "Set-InboundConnector", "Fresh", Comment="keep me"))
    report = bench.apply(after_write=edit)
    assert report.exit is Exit.WAITING
    assert any("somebody else changed comment" in line for line in report.pending)
    assert comment(bench, "inbound_connector", "Fresh") == "keep me"


def test_an_edit_after_a_write_is_not_taken_for_the_services_spelling(bench: Bench) -> None:
    done = False

    def watch(entry: Entry) -> None:
        nonlocal done
        if not done and isinstance(entry, Intent) and entry.kind == "transport_rule":
            done = True
            by_hand(bench, "Set-InboundConnector", "In", Comment="by hand")

    report = bench.apply(watch=watch)
    assert report.exit is Exit.UNRESOLVED
    assert "somebody else changed comment after it was written" in report.failure
    assert comment(bench, "inbound_connector", "In") == "by hand"


def test_a_lost_answer_does_not_make_somebody_elses_edit_ours(bench: Bench) -> None:
    in_ = str(guid(bench, "inbound_connector", "In"))

    def edit(request: Request) -> None:
        if request.identity == in_:
            by_hand(bench, "Set-InboundConnector", "In", RequireTls=False)

    report = bench.apply(
        Fault(When(operation="Set-InboundConnector", identity=in_, nth=1), Lose(applied=True)),
        Fault(When(operation="Set-TransportRule"), Reject()),
        after_write=edit,
    )
    assert report.exit is Exit.ROLLED_BACK
    assert named(bench, "inbound_connector", "In")["RequireTls"] is False
    assert comment(bench, "inbound_connector", "In") == "old"
