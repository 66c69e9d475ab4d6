"""Replicas that lag: old and new by turns, nothing lost, nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wired import Wired, refusal

from mailform_providers.sandbox import Behaviour, Sandbox, open_sandbox
from mailform_providers.sandbox.storage import Memory

FABRIKAM = "fabrikam.onmicrosoft.com"
CERTIFICATE = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(seconds=self.passed)


def lagging(clock: Time, **behaviour: float) -> Wired:
    return Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(**behaviour), clock=clock))  # type: ignore[arg-type]


def names(wire: Wired) -> list[str]:
    return [rule["Name"] for rule in wire.objects("Get-TransportRule")]


def test_what_was_made_shows_when_its_time_has_come() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    guid = wire.one("New-TransportRule", Name="A")["Guid"]
    assert names(wire) == []
    assert wire.call("Get-TransportRule", Identity=guid).status_code == 404
    clock.passed = 59.9
    assert names(wire) == []
    clock.passed = 60
    assert names(wire) == ["A"]


def test_what_was_removed_lingers() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    wire.call("New-TransportRule", Name="A")
    clock.passed = 100
    assert wire.call("Remove-TransportRule", Identity="A").status_code == 200
    assert names(wire) == ["A"]
    clock.passed = 160
    assert names(wire) == []


def test_each_change_has_its_own_delay() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    wire.call("New-TransportRule", Name="A")
    clock.passed = 30
    wire.call("New-TransportRule", Name="B")
    seen = []
    for clock.passed in (59, 60, 89, 90):
        seen.append(names(wire))
    assert seen == [[], ["A"], ["A"], ["A", "B"]]


def test_with_several_replicas_reading_flips_between_old_and_new_and_then_rests() -> None:
    clock = Time()
    wire = lagging(clock, replicas=3, visibility_seconds=60)
    wire.call("New-TransportRule", Name="A")
    seen = [names(wire) for _ in range(30)]
    assert {len(found) for found in seen} == {0, 1}
    assert sum(one != two for one, two in pairwise(seen)) > 4
    clock.passed = 60
    assert {len(names(wire)) for _ in range(30)} == {1}


def test_a_rule_cant_refer_to_a_connector_that_its_replica_doesnt_know_yet() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    hosts = {"UseMXRecord": False, "SmartHosts": ["mail.contoso.com"], "IsTransportRuleScoped": True}
    wire.call("New-OutboundConnector", Name="Out", ConnectorType="OnPremises", **hosts)
    rule = {"Name": "Route", "RouteMessageOutboundConnector": "Out"}
    early = wire.call("New-TransportRule", **rule)
    assert (early.status_code, "'Out' couldn't be found" in refusal(early)) == (404, True)
    clock.passed = 60
    assert wire.call("New-TransportRule", **rule).status_code == 200


def test_a_rule_that_lingers_holds_on_to_its_connector() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    wire.sandbox.run("New-OutboundConnector", {"Name": "Out", "UseMXRecord": True})
    wire.sandbox.run("New-TransportRule", {"Name": "Route", "RouteMessageOutboundConnector": "Out"})
    clock.passed = 100
    wire.call("Remove-TransportRule", Identity="Route")
    assert "is used by transport rules 'Route'" in refusal(wire.call("Remove-OutboundConnector", Identity="Out"))
    clock.passed = 160
    assert wire.call("Remove-OutboundConnector", Identity="Out").status_code == 200


def test_a_name_stays_unique_whatever_a_replica_has_seen() -> None:
    wire = lagging(Time(), visibility_seconds=60)
    assert [wire.call("New-TransportRule", Name="A").status_code for _ in range(2)] == [200, 400]


def test_a_domain_just_made_is_404_for_a_while() -> None:
    clock = Time()
    wire = lagging(clock, visibility_seconds=60)
    assert wire.graph("POST", "/domains", {"id": "contoso.com"}).status_code == 201
    assert wire.graph("GET", "/domains/contoso.com").status_code == 404
    assert wire.graph("POST", "/domains/contoso.com/verify").status_code == 404
    clock.passed = 60
    assert wire.graph("POST", "/domains/contoso.com/verify").status_code == 200


def test_exchange_knows_a_domain_later_than_the_directory() -> None:
    clock = Time()
    wire = lagging(clock, domain_delay_seconds=600)
    wire.graph("POST", "/domains", {"id": CERTIFICATE})
    wire.graph("POST", f"/domains/{CERTIFICATE}/verify")
    assert wire.graph("PATCH", f"/domains/{CERTIFICATE}", {"supportedServices": ["Email"]}).status_code == 204
    assert wire.graph("GET", f"/domains/{CERTIFICATE}").json()["supportedServices"] == ["Email"]
    changing = {"Identity": CERTIFICATE, "DomainType": "InternalRelay"}
    assert wire.call("Get-AcceptedDomain", Identity=CERTIFICATE).status_code == 404
    assert wire.call("Set-AcceptedDomain", **changing).status_code == 404
    clock.passed = 600
    assert wire.call("Set-AcceptedDomain", **changing).status_code == 200
    assert wire.one("Get-AcceptedDomain", Identity=CERTIFICATE)["DomainType"] == "InternalRelay"


def test_the_lag_is_of_the_store_and_outlives_who_opened_it() -> None:
    clock, memory = Time(), Memory()
    behaviour = Behaviour(visibility_seconds=60)
    first = Wired(Sandbox(memory, FABRIKAM, behaviour=behaviour, clock=clock))
    first.call("New-TransportRule", Name="A")
    second = Wired(Sandbox(memory, FABRIKAM, behaviour=behaviour, clock=clock))
    assert names(second) == []
    clock.passed = 60
    assert names(second) == ["A"]


@given(
    st.lists(st.tuples(st.sampled_from("NRS"), st.integers(0, 3), st.integers(0, 40)), max_size=12),
    st.integers(1, 4),
)
def test_however_it_lags_all_replicas_agree_in_the_end_and_nothing_was_lost(
    story: list[tuple[str, int, int]], replicas: int
) -> None:
    """Writes that were answered with success, and no others, make the tenant: as if nothing lagged."""
    clock = Time()
    wire = lagging(clock, replicas=replicas, visibility_seconds=60)
    plain = open_sandbox(None, FABRIKAM)
    for verb, which, pause in story:
        clock.passed += pause
        cmdlet, parameters = {
            "N": ("New-TransportRule", {"Name": f"rule {which}"}),
            "R": ("Remove-TransportRule", {"Identity": f"rule {which}"}),
            "S": ("Set-TransportRule", {"Identity": f"rule {which}", "Comments": str(pause)}),
        }[verb]
        if wire.call(cmdlet, **parameters).status_code < 400:
            plain.run(cmdlet, parameters)
    clock.passed += 60
    wanted = [rule.settings for rule in plain.tenant.of("transport_rule")]
    assert [rule.settings for rule in wire.sandbox.tenant.of("transport_rule")] == wanted
    for _ in range(5):
        assert [rule["Name"] for rule in wire.objects("Get-TransportRule")] == [rule["Name"] for rule in wanted]


@pytest.mark.parametrize("replicas", [1, 3])
def test_who_waits_long_enough_sees_no_lag_at_all(replicas: int) -> None:
    clock = Time()
    wire = lagging(clock, replicas=replicas, visibility_seconds=5)
    for name in "ABC":
        assert wire.call("New-TransportRule", Name=name).status_code == 200
        clock.passed += 5
    assert names(wire) == ["A", "B", "C"]
