"""A name is an attribute like another, but of an outbound connector that rules route to: that one is replaced."""

from __future__ import annotations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, routing, rule, scoped
from lifecycle.looks import at, by_hand, codes, guid, mistakes, named, names, requests, sent, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform_providers.sandbox import Behaviour, Fault, Reject, When

NAME = "${outbound_connector.out.name}"
ID = "${outbound_connector.out.id}"


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def routed(name: str, refers: str = NAME) -> tuple[str, str]:
    return scoped("out", name), routing("route", "Route", refers)


@pytest.mark.parametrize(
    ("kind", "block"), [("transport_rule", rule), ("inbound_connector", inbound), ("outbound_connector", outbound)]
)
def test_a_rule_an_inbound_connector_and_one_that_no_rule_names_are_renamed_by_an_update(
    bench: Bench, kind: str, block: object
) -> None:
    assert callable(block)
    applied(bench, block("a", "Before"))
    before = guid(bench, kind, "Before")
    bench.text = configuration(block("a", "After"))
    assert steps(bench) == [f"~ {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, kind) == ["After"]
    assert guid(bench, kind, "After") == before
    assert settled(bench)


@pytest.mark.parametrize(("before", "after"), [("Rule", "RULE"), ("Rule", "rule ")])
def test_a_name_in_other_case_is_another_name_to_show_and_not_another_object(
    bench: Bench, before: str, after: str
) -> None:
    applied(bench, rule("a", before))
    bench.text = configuration(rule("a", after))
    assert steps(bench) == ["~ transport_rule.a"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


@pytest.mark.parametrize("refers", [NAME, ID])
@pytest.mark.parametrize("shows", ["name", "as_given", "guid"])
def test_an_outbound_connector_that_a_rule_routes_to_is_made_anew_under_its_new_name(
    bench: Bench, refers: str, shows: str
) -> None:
    bench.behaviour = Behaviour(connector_form=shows)  # type: ignore[arg-type]  # one of the three
    applied(bench, *routed("Before", refers))
    rule_was, connector_was = guid(bench, "transport_rule", "Route"), guid(bench, "outbound_connector", "Before")
    bench.text = configuration(*routed("After", refers))
    assert steps(bench) == ["-/+ outbound_connector.out", "~ transport_rule.route"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["New-OutboundConnector", "Set-TransportRule", "Remove-OutboundConnector"]
    assert names(bench, "outbound_connector") == ["After"]
    assert guid(bench, "outbound_connector", "After") != connector_was
    assert guid(bench, "transport_rule", "Route") == rule_was
    assert settled(bench)


def test_every_managed_rule_is_pointed_at_the_renamed_connector_before_the_old_one_goes(bench: Bench) -> None:
    def blocks(name: str) -> tuple[str, ...]:
        return scoped("out", name), routing("one", "One", NAME), routing("two", "Two", NAME), rule("none", "None")

    applied(bench, *blocks("Before"))
    bench.text = configuration(*blocks("After"))
    assert steps(bench) == ["-/+ outbound_connector.out", "~ transport_rule.one", "~ transport_rule.two"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench)[-1] == "Remove-OutboundConnector"
    assert settled(bench)


def test_a_foreign_rule_that_routes_to_a_connector_keeps_it_from_being_renamed(bench: Bench) -> None:
    applied(bench, scoped("out", "Before"))
    by_hand(
        bench, "New-TransportRule", Name="Theirs", FromScope="InOrganization", RouteMessageOutboundConnector="Before"
    )
    bench.text = configuration(scoped("out", "After"))
    (mistake,) = [found for found in mistakes(bench) if found.code == "foreign-reference"]
    assert "“Theirs”" in mistake.message
    assert "import" in (mistake.hint or "")


def test_a_foreign_rule_that_routes_to_a_connector_keeps_it_from_being_deleted(bench: Bench) -> None:
    applied(bench, scoped("out", "Out"))
    by_hand(bench, "New-TransportRule", Name="Theirs", FromScope="InOrganization", RouteMessageOutboundConnector="Out")
    bench.text = configuration(rule("a", "A"))
    assert codes(bench) == ["foreign-reference"]


@pytest.mark.parametrize("wanted", [(scoped("new", "Out"),), (scoped("kept", "Out"),)])
def test_a_name_does_not_come_free_while_a_foreign_rule_routes_to_the_connector_that_is_still_to_be_deleted(
    bench: Bench, wanted: tuple[str, ...]
) -> None:
    applied(bench, scoped("out", "Out"), scoped("kept", "Kept"))
    bench.text = configuration(scoped("kept", "Kept"))
    assert bench.apply(Fault(When(operation="Remove-OutboundConnector"), Reject())).exit is Exit.WAITING
    by_hand(bench, "New-TransportRule", Name="Theirs", FromScope="InOrganization", RouteMessageOutboundConnector="Out")
    bench.text = configuration(*wanted)
    (mistake,) = [found for found in mistakes(bench) if found.code == "foreign-reference"]
    assert "“Theirs”" in mistake.message
    by_hand(bench, "Remove-TransportRule", "Theirs")
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["Out"]
    assert settled(bench)


def test_a_connector_is_renamed_while_the_rule_that_routed_to_it_goes(bench: Bench) -> None:
    applied(bench, *routed("Before"), rule("stays", "Stays"))
    bench.text = configuration(scoped("out", "After"), rule("stays", "Stays"))
    assert steps(bench) == ["-/+ outbound_connector.out", "- transport_rule.route"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["After"]
    assert settled(bench)


def test_a_connector_is_renamed_while_the_rule_that_routed_to_it_routes_elsewhere(bench: Bench) -> None:
    applied(bench, *routed("Before"), scoped("other", "Other"))
    bench.text = configuration(
        scoped("out", "After"), scoped("other", "Other"), routing("route", "Route", "${outbound_connector.other.name}")
    )
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["After", "Other"]
    assert named(bench, "transport_rule", "Route")["RouteMessageOutboundConnector"] == "Other"
    assert settled(bench)


def test_a_connector_that_was_renamed_by_hand_is_renamed_back_and_its_rule_still_agrees(bench: Bench) -> None:
    applied(bench, *routed("Ours"))
    # Exchange is believed to refuse that while a rule routes there; the rule is let go of, and taken up again
    by_hand(bench, "Set-TransportRule", "Route", RouteMessageOutboundConnector=None, PrependSubject="x")
    by_hand(bench, "Set-OutboundConnector", "Ours", Name="Theirs")
    by_hand(bench, "Set-TransportRule", "Route", RouteMessageOutboundConnector="Theirs", PrependSubject=None)
    assert steps(bench) == ["-/+ outbound_connector.out", "~ transport_rule.route"]
    assert bench.apply().exit is Exit.DONE
    assert names(bench, "outbound_connector") == ["Ours"]
    assert settled(bench)


@pytest.mark.parametrize("after", [scoped("out", "After"), rule("a", "A")])
def test_a_rule_that_names_a_connector_instead_of_referring_to_it_keeps_it_from_going(bench: Bench, after: str) -> None:
    applied(bench, *routed("Before", "before"))
    bench.text = configuration(after, routing("route", "Route", "before"))
    (mistake,) = mistakes(bench)
    assert mistake.code == "lost-route"
    assert NAME in (mistake.hint or "")


def test_a_rule_that_names_a_connector_cannot_come_to_mean_another_one_of_that_name(bench: Bench) -> None:
    applied(bench, *routed("Before", "Before"))
    bench.text = configuration(scoped("out", "After"), scoped("other", "Before"), routing("route", "Route", "Before"))
    assert codes(bench) == ["lost-route"]
    applied(bench, scoped("out", "Before"), scoped("other", "Other"), routing("route", "Route", "Other"))
    assert settled(bench)


def test_only_create_takes_client_host_names_so_the_old_connector_steps_aside_for_a_new_one(bench: Bench) -> None:
    name = "x" * 60
    applied(bench, inbound("a", name, 'client_host_names = ["a.contoso.com"]'))
    was = guid(bench, "inbound_connector", name)
    bench.text = configuration(inbound("a", name, 'client_host_names = ["b.contoso.com"]'))
    assert steps(bench) == ["-/+ inbound_connector.a"]
    assert bench.apply().exit is Exit.DONE
    aside = requests(bench)[0].parameters["Name"]
    assert isinstance(aside, str)
    assert len(aside) == 64
    assert aside[:-9] == f"{'x' * 54} "
    assert aside[-9] == "~"
    assert set(aside[-8:]) <= set("0123456789abcdef")
    assert sent(bench) == [
        "Set-InboundConnector",
        "New-InboundConnector",
        "Set-InboundConnector",
        "Set-InboundConnector",
        "Remove-InboundConnector",
    ]
    assert named(bench, "inbound_connector", name)["ClientHostNames"] == ["b.contoso.com"]
    assert guid(bench, "inbound_connector", name) != was
    assert settled(bench)


def test_client_host_names_taken_out_are_a_replacement_too(bench: Bench) -> None:
    applied(bench, inbound("a", "A", 'client_host_names = ["a.contoso.com"]'))
    bench.text = configuration(inbound("a", "A"))
    assert steps(bench) == ["-/+ inbound_connector.a"]
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "inbound_connector", "A")["ClientHostNames"] == []
    assert settled(bench)


def test_a_replacement_that_is_renamed_as_well_needs_no_temporary_name(bench: Bench) -> None:
    applied(bench, inbound("a", "Before", 'client_host_names = ["a.contoso.com"]'))
    bench.text = configuration(inbound("a", "After", 'client_host_names = ["b.contoso.com"]'))
    assert steps(bench) == ["-/+ inbound_connector.a"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench)[0] == "New-InboundConnector"
    assert names(bench, "inbound_connector") == ["After"]
    assert settled(bench)


@pytest.mark.parametrize(
    ("kind", "block"), [("transport_rule", rule), ("inbound_connector", inbound), ("outbound_connector", outbound)]
)
def test_replace_makes_the_object_anew_under_its_own_name(bench: Bench, kind: str, block: object) -> None:
    assert callable(block)
    applied(bench, block("a", "A"), block("b", "B"))
    was = guid(bench, kind, "A")
    options = Options(replace=at(f"{kind}.a"))
    assert steps(bench, options) == [f"-/+ {kind}.a"]
    assert bench.apply(options=options).exit is Exit.DONE
    assert guid(bench, kind, "A") != was
    assert names(bench, kind) == ["A", "B"]
    assert settled(bench)


def test_a_replaced_rule_stands_where_the_old_one_stood(bench: Bench) -> None:
    by_hand(bench, "New-TransportRule", Name="First", FromScope="InOrganization", SetSCL=1)
    applied(bench, rule("a", "A"), rule("b", "B"))
    by_hand(bench, "New-TransportRule", Name="Middle", FromScope="InOrganization", SetSCL=1, Priority=2)
    assert bench.apply(options=Options(replace=at("transport_rule.a"))).exit is Exit.DONE
    assert names(bench, "transport_rule") == ["First", "A", "Middle", "B"]
    assert settled(bench)


def test_a_replaced_rule_that_is_switched_off_stays_off(bench: Bench) -> None:
    applied(bench, rule("a", "A", "enabled = false"))
    assert bench.apply(options=Options(replace=at("transport_rule.a"))).exit is Exit.DONE
    assert "Enable-TransportRule" not in sent(bench)
    assert named(bench, "transport_rule", "A")["State"] == "Disabled"
    assert settled(bench)


def test_a_replacement_under_its_own_name_is_refused_while_rules_route_to_the_connector(bench: Bench) -> None:
    applied(bench, *routed("Out"))
    (mistake,) = mistakes(bench, Options(replace=at("outbound_connector.out")))
    assert mistake.code == "referenced-connector"
    assert "another name" in (mistake.hint or "")


def test_a_domain_is_never_replaced(bench: Bench) -> None:
    applied(bench, '[accepted_domain.a]\ndomain = "contoso.com"\n')
    assert codes(bench, Options(replace=at("accepted_domain.a"))) == ["unreplaceable"]


def test_replacing_an_address_that_nothing_has_is_a_mistake(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    assert codes(bench, Options(replace=at("transport_rule.b"))) == ["unknown-address"]
