"""Deletions come last, one after the other: what is refused, or edited meanwhile, stays with all that it may need, and
the next apply knows of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, routing, rule, scoped
from lifecycle.looks import by_hand, guid, named, names, sent, settled
from lifecycle.stories import prepared_tenant
from mailform.exits import Exit
from mailform_providers.sandbox import Behaviour, Fault, Forbid, Reject, When
from mailform_providers.sandbox.snapshot import difference
from mailform_state.address import Address
from mailform_state.journal import Entry, Pivot

KEPT = inbound("in", "In")
GOING = (scoped("out", "Out"), routing("r", "R", "${outbound_connector.out.name}"))


class Killed(BaseException):
    """Stands for SIGKILL."""


def at_the_pivot(entry: Entry) -> None:
    if isinstance(entry, Pivot):
        raise Killed


def killed(bench: Bench) -> None:
    """An apply that is cut off right behind the pivot."""
    with pytest.raises(Killed):
        bench.apply(watch=at_the_pivot)


def test_a_deletion_comes_after_everything_that_can_still_fail(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(KEPT, outbound("out", "Out"), rule("a", "A")))
    assert bench.apply().exit is Exit.DONE
    was = bench.hand.snapshot()
    bench.text = configuration(KEPT, rule("a", "A", 'comments = "new"'))
    unread = When(operation="Get-TransportRule", identity="", writes=False, nth=2)
    assert bench.apply(Fault(unread, Forbid())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []


def test_what_a_refused_deletion_may_still_need_is_not_deleted_either(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(KEPT, *GOING))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(KEPT)
    report = bench.apply(Fault(When(operation="Remove-TransportRule"), Reject()))
    assert report.exit is Exit.WAITING
    assert "Remove-OutboundConnector" not in sent(bench)
    assert {left.name for left in bench.state.pending_delete} == {"R", "Out"}
    assert bench.apply().exit is Exit.DONE
    assert (names(bench, "transport_rule"), names(bench, "outbound_connector")) == ([], [])
    assert settled(bench)


def test_a_recovery_deletes_nothing_more_after_a_refusal(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    killed(bench)
    report = bench.recover(Fault(When(operation="Remove-TransportRule"), Reject()))
    assert report is not None
    assert report.exit is Exit.WAITING
    assert sent(bench) == ["Remove-TransportRule"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_recovery_leaves_what_somebody_edited_meanwhile(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    prepared_tenant(bench)
    killed(bench)
    by_hand(bench, "Set-InboundConnector", "Old way in", Comment="keep me")
    report = bench.recover()
    assert report is not None
    assert report.exit is Exit.WAITING
    assert any("somebody else changed comment" in line for line in report.pending)
    assert named(bench, "inbound_connector", "Old way in")["Comment"] == "keep me"


def test_what_was_replaced_and_is_still_used_is_remembered_by_a_recovery(tmp_path: Path) -> None:
    """The rule still routes to the old connector: it waits for the proof that its way back waits for."""

    def out(name: str) -> tuple[str, str]:
        return scoped("out", name), routing("route", "Route", "${outbound_connector.out.name}")

    back = inbound("back", "Back", 'tls_sender_certificate_name = "${accepted_domain.proof.domain}"')
    bench = Bench(tmp_path, configuration(*out("Before")), Behaviour(dns="wait"))
    assert bench.apply().exit is Exit.DONE
    before = guid(bench, "outbound_connector", "Before")
    bench.text = configuration(domain("proof", "contoso.com"), back, *out("After"))
    killed(bench)
    bench.recover()
    assert [left.id for left in bench.state.pending_delete] == [before]
    bench.hand.publish("contoso.com")
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["After"]
    assert settled(bench)


def test_going_on_gives_an_object_that_moved_one_address(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(rule("a", "A"), rule("z", "Z")))
    assert bench.apply().exit is Exit.DONE
    moved = '[[moved]]\nfrom = "transport_rule.a"\nto = "transport_rule.b"\n'
    bench.text = configuration(rule("b", "A", 'comments = "new"'), rule("z", "Z", 'comments = "new"'), moved)
    refused = Fault(When(operation="Set-TransportRule", nth=2), Reject())
    assert bench.apply(refused, rollback=False).exit is Exit.INTERRUPTED
    bench.recover(forward=True)
    assert set(bench.state.resources) == {Address("transport_rule", "b"), Address("transport_rule", "z")}
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "transport_rule") == ["A", "Z"]
    assert settled(bench)


def test_what_is_gone_is_not_deleted_under_the_name_that_it_had(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(KEPT, inbound("out", "Theirs")))
    assert bench.apply().exit is Exit.DONE
    by_hand(bench, "Remove-InboundConnector", "Theirs", Confirm=False)
    by_hand(bench, "New-InboundConnector", Name="Theirs", SenderDomains=["else.contoso.com"])
    bench.text = configuration(KEPT)
    assert bench.apply().exit is Exit.DONE
    assert (names(bench, "inbound_connector"), sent(bench)) == (["In", "Theirs"], [])


def test_what_was_still_to_be_deleted_and_is_gone_is_not_deleted_under_its_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(KEPT, inbound("out", "Theirs")))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(KEPT)
    assert bench.apply(Fault(When(operation="Remove-*"), Reject())).exit is Exit.WAITING
    by_hand(bench, "Remove-InboundConnector", "Theirs", Confirm=False)
    by_hand(bench, "New-InboundConnector", Name="Theirs", SenderDomains=["else.contoso.com"])
    assert bench.apply().exit is Exit.DONE
    assert (names(bench, "inbound_connector"), sent(bench)) == (["In", "Theirs"], [])
    assert bench.state.pending_delete == ()
