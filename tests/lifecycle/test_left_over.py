"""What an apply couldn't delete, and the user wants again: it is taken back as it is, under its old GUID."""

from __future__ import annotations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, routing, rule, scoped
from lifecycle.looks import at, by_hand, codes, guid, named, names, sent, settled, steps
from mailform.exits import Exit
from mailform_providers.sandbox import Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference

KEPT = rule("kept", "Kept")
SCENARIO = (scoped("out", "Out"), routing("route", "Route", "${outbound_connector.out.name}"))
STUCK = Fault(When(operation="Remove-*"), Reject())


def left_over(bench: Bench, *blocks: str) -> None:
    """Makes these, and lets every deletion of them be refused."""
    bench.text = configuration(KEPT, *blocks)
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(KEPT)
    assert bench.apply(STUCK).exit is Exit.WAITING
    assert bench.state.pending_delete


@pytest.mark.parametrize(
    ("kind", "block"), [("transport_rule", rule), ("inbound_connector", inbound), ("outbound_connector", outbound)]
)
def test_what_is_still_to_be_deleted_and_wanted_again_is_switched_on_again_and_stays_what_it_was(
    bench: Bench, kind: str, block: object
) -> None:
    assert callable(block)
    left_over(bench, block("a", "A"))
    before = guid(bench, kind, "A")
    bench.text = configuration(KEPT, block("a", "A"))
    assert steps(bench) == [f"<= {kind}.a", f". {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert guid(bench, kind, "A") == before
    assert not [one for one in sent(bench) if one.startswith(("New-", "Remove-"))]
    (address,) = at(f"{kind}.a")
    assert bench.state.resources[address].id == before
    assert bench.state.pending_delete == ()
    assert settled(bench)


def test_a_scenario_that_was_half_taken_away_comes_back_whole(bench: Bench) -> None:
    """The rule still routes to the connector, which can therefore be neither deleted nor renamed."""
    left_over(bench, *SCENARIO)
    before = guid(bench, "outbound_connector", "Out"), guid(bench, "transport_rule", "Route")
    bench.text = configuration(KEPT, *SCENARIO)
    assert bench.apply().exit is Exit.DONE
    assert (guid(bench, "outbound_connector", "Out"), guid(bench, "transport_rule", "Route")) == before
    assert named(bench, "transport_rule", "Route")["State"] == "Enabled"
    assert settled(bench)


def test_an_apply_that_fails_leaves_it_still_to_be_deleted(bench: Bench) -> None:
    left_over(bench, *SCENARIO)
    was, state = bench.hand.snapshot(), bench.state
    bench.text = configuration(KEPT, *SCENARIO, rule("new", "New"))
    assert bench.apply(Fault(When(operation="Enable-TransportRule", nth=2), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.state.pending_delete == state.pending_delete
    bench.text = configuration(KEPT)
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == []
    assert settled(bench)


def test_what_no_update_can_change_is_made_anew_and_the_left_over_one_goes(bench: Bench) -> None:
    left_over(bench, inbound("a", "A", 'client_host_names = ["a.contoso.com"]'))
    before = guid(bench, "inbound_connector", "A")
    bench.text = configuration(KEPT, inbound("a", "A", 'client_host_names = ["b.contoso.com"]'))
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "inbound_connector") == ["A"]
    assert guid(bench, "inbound_connector", "A") != before
    assert settled(bench)


def test_a_name_that_is_left_over_with_its_rule_has_to_wait_for_another_address(bench: Bench) -> None:
    left_over(bench, *SCENARIO)
    bench.text = configuration(KEPT, scoped("other", "Out"))
    assert codes(bench) == ["circular-change"]
    bench.text = configuration(KEPT, scoped("other", "Fresh"))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(KEPT, scoped("other", "Out"))
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["Out"]
    assert settled(bench)


def test_what_a_hand_took_away_meanwhile_is_made_anew(bench: Bench) -> None:
    left_over(bench, inbound("a", "A"))
    by_hand(bench, "Remove-InboundConnector", "A", Confirm=False)
    bench.text = configuration(KEPT, inbound("a", "A"))
    assert steps(bench) == ["+ inbound_connector.a", ". inbound_connector.a"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)
