"""A tenant whose replicas lag shows what was just deleted, and not what was just made: neither is believed where the
state could not be told otherwise later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, routing, scoped
from lifecycle.looks import guid, names, sent, steps
from mailform.exits import Exit
from mailform.session.preparing import Prepared
from mailform_providers.sandbox import Behaviour, Fault, Lose, Reject, When
from mailform_state.journal import Entry, Pivot

CONTOSO = "/domains/contoso.com"
MISSING = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
USED = "System.InvalidOperationException"
ROUTE = configuration(scoped("out", "Out"), routing("route", "Route", "${outbound_connector.out.name}"))


class Killed(BaseException):
    """Stands for SIGKILL."""


def at_the_pivot(entry: Entry) -> None:
    if isinstance(entry, Pivot):
        raise Killed


def with_domain(bench: Bench) -> None:
    """Somebody adds contoso.com by hand, and proves it."""
    bench.hand.graph("POST", "/domains", {"id": "contoso.com"})
    bench.hand.graph("POST", f"{CONTOSO}/verify", {})
    bench.hand.graph("PATCH", CONTOSO, {"supportedServices": ["Email"]})


def planned_without(bench: Bench, way: str, name: str) -> Callable[[Prepared], None]:
    """Takes a connector out of what a plan gets to see; the answer brings it back once the plan is made."""
    whole = bench.memory.read()
    bench.hand.run(f"Remove-{way.title()}Connector", {"Identity": name})
    return lambda _: bench.memory.write(whole)


def test_a_domain_that_is_gone_again_is_not_adopted(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(domain("contoso", "contoso.com")))
    with_domain(bench)
    assert steps(bench) == ["<= accepted_domain.contoso"]
    report = bench.apply(between=lambda _: bench.hand.graph("DELETE", CONTOSO, None) and None)
    assert report.exit is Exit.ROLLED_BACK
    assert "accepted_domain.contoso: the tenant doesn't show the object" in report.failure
    assert bench.store.read() is None


def test_a_domain_that_is_there_is_adopted_without_a_wait(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(domain("contoso", "contoso.com")))
    with_domain(bench)
    assert bench.apply().exit is Exit.DONE
    assert bench.clock.passed < 1


def test_what_is_there_after_all_is_not_forgotten(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(inbound("a", "A"), inbound("b", "B")))
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(inbound("b", "B"))
    report = bench.apply(between=planned_without(bench, "inbound", "A"))
    assert report.exit is Exit.ROLLED_BACK
    assert "is there after all" in report.failure
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "inbound_connector") == ["B"]


def test_what_is_there_after_all_is_not_made_again_under_another_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(inbound("a", "A")))
    assert bench.apply().exit is Exit.DONE
    was = guid(bench, "inbound_connector", "A")
    bench.text = configuration(inbound("a", "Other"))
    assert bench.apply(between=planned_without(bench, "inbound", "A")).exit is Exit.ROLLED_BACK
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "inbound_connector") == ["Other"]
    assert guid(bench, "inbound_connector", "Other") == was


def test_what_the_state_has_is_never_taken_for_what_a_lost_create_made(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(scoped("out", "Out")))
    assert bench.apply().exit is Exit.DONE
    was = guid(bench, "outbound_connector", "Out")
    lost = Fault(When(operation="New-OutboundConnector"), Lose(applied=False))
    assert bench.apply(lost, between=planned_without(bench, "outbound", "Out")).exit is Exit.UNRESOLVED
    assert "Remove-OutboundConnector" not in sent(bench)
    assert bench.recover() is not None
    assert "Remove-OutboundConnector" not in sent(bench)
    assert guid(bench, "outbound_connector", "Out") == was
    assert bench.state.resources


def test_a_domain_that_a_rollback_deleted_is_not_shown_any_more_once_it_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path, behaviour=Behaviour(replicas=3, visibility_seconds=8.0), settle=10.0)
    bench.text = configuration(domain("contoso", "contoso.com"), inbound("a", "A"))
    report = bench.apply(Fault(When(operation="New-InboundConnector"), Reject()))
    assert report.exit is Exit.ROLLED_BACK
    for _ in range(12):
        assert "+ accepted_domain.contoso" in steps(bench)


def test_a_domain_that_a_recovery_deleted_is_not_shown_any_more_once_it_ends(tmp_path: Path) -> None:
    gone = domain("contoso", "contoso.com", 'on_destroy = "delete"')
    slow = Behaviour(replicas=3, visibility_seconds=8.0)
    bench = Bench(tmp_path, configuration(gone, inbound("a", "A")), slow, settle=10.0)
    assert bench.apply().exit is Exit.DONE
    bench.clock.sleep(60.0)
    bench.text = configuration(inbound("a", "A"))
    with pytest.raises(Killed):
        bench.apply(watch=at_the_pivot)
    assert bench.recover() is not None
    bench.text = configuration(gone, inbound("a", "A"))
    for _ in range(12):
        assert steps(bench) == ["+ accepted_domain.contoso"]


def test_a_rule_that_is_refused_for_lack_of_the_connector_just_made_is_sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ROUTE)
    unseen = Reject("The connector 'Out' couldn't be found.", MISSING, 404)
    assert bench.apply(Fault(When(operation="New-TransportRule", nth=1), unseen)).exit is Exit.DONE
    assert sent(bench).count("New-TransportRule") == 2


def test_a_rule_that_is_refused_for_lack_of_anything_else_is_not_sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(scoped("out", "Out")))
    assert bench.apply().exit is Exit.DONE
    bench.text = ROUTE
    unseen = Reject("The connector 'Out' couldn't be found.", MISSING, 404)
    assert bench.apply(Fault(When(operation="New-TransportRule", nth=1), unseen)).exit is Exit.ROLLED_BACK
    assert sent(bench).count("New-TransportRule") == 1


def test_a_connector_that_its_deleted_rule_still_seems_to_use_is_deleted_all_the_same(tmp_path: Path) -> None:
    bench = Bench(tmp_path, f"{ROUTE}\n{inbound('a', 'A')}")
    assert bench.apply().exit is Exit.DONE
    bench.text = configuration(inbound("a", "A"))
    still = Reject("The connector 'Out' can't be removed: it is used by transport rules 'Route'.", USED)
    assert bench.apply(Fault(When(operation="Remove-OutboundConnector", nth=1), still)).exit is Exit.DONE
    assert names(bench, "outbound_connector") == []


def test_a_domain_that_exchange_does_not_show_yet_is_asked_for_again_once_the_run_has_turned_email_on(
    tmp_path: Path,
) -> None:
    text = configuration(domain("contoso", "contoso.com", 'domain_type = "InternalRelay"'))
    bench = Bench(tmp_path, text)
    bench.hand.graph("POST", "/domains", {"id": "contoso.com"})
    unseen = Reject("The operation couldn't be performed because object 'contoso.com' couldn't be found.", MISSING, 404)
    assert bench.apply(Fault(When(operation="Set-AcceptedDomain", nth=1), unseen)).exit is Exit.DONE
    assert sent(bench).count("Set-AcceptedDomain") == 2


def test_a_rule_that_is_refused_for_lack_of_the_connector_just_renamed_is_sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, configuration(scoped("out", "Before")))
    assert bench.apply().exit is Exit.DONE
    bench.text = ROUTE
    unseen = Reject("The connector 'Out' couldn't be found.", MISSING, 404)
    assert bench.apply(Fault(When(operation="New-TransportRule", nth=1), unseen)).exit is Exit.DONE
    assert sent(bench).count("New-TransportRule") == 2
