"""Accepted domains: adopted, proven, forgotten, deleted; and what happens to the rest while a proof is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import SCENARIO, Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, routing, rule, scoped
from lifecycle.looks import all_of, at, by_hand, codes, named, names, sent, settled, steps
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.session.report import Report
from mailform_providers.sandbox import Behaviour, Fault, Reject, When
from mailform_providers.sandbox.snapshot import difference

CERTIFICATE = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"
BACK = 'tls_sender_certificate_name = "${accepted_domain.proof.domain}"'


@pytest.fixture
def waiting(bench: Bench) -> Bench:
    """A tenant in which a domain is proven only once its record was published."""
    bench.behaviour = Behaviour(dns="wait")
    return bench


def applied(bench: Bench, *blocks: str) -> Report:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit in (Exit.DONE, Exit.WAITING), report
    return report


def domains(bench: Bench) -> list[str]:
    """Every domain of the directory, proven or not."""
    return sorted(bench.hand.snapshot()["accepted_domain"])  # type: ignore[arg-type]  # a table


def test_a_new_domain_is_made_proven_and_given_email_before_its_attributes_are_written(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'domain_type = "InternalRelay"'))
    assert sent(bench) == [
        "POST /domains",
        "POST /domains/contoso.com/verify",
        "PATCH /domains/contoso.com",
        "Set-AcceptedDomain",
    ]
    assert settled(bench)


def test_a_domain_below_a_proven_one_is_not_verified_again(bench: Bench) -> None:
    applied(bench, domain("parent", "contoso.com"))
    applied(bench, domain("parent", "contoso.com"), domain("child", "mail.contoso.com"))
    assert [name for name in sent(bench) if name.endswith("/verify")] == []
    assert settled(bench)


def test_a_domain_and_its_parent_may_come_in_one_plan(bench: Bench) -> None:
    applied(bench, domain("a_child", "mail.contoso.com"), domain("parent", "contoso.com"))
    assert domains(bench) == ["contoso.com", "fabrikam.onmicrosoft.com", "mail.contoso.com"]
    assert settled(bench)


def test_an_adopted_domain_is_finished_where_it_was_left(bench: Bench) -> None:
    bench.hand.graph("POST", "/domains", {"id": "contoso.com"})
    bench.text = configuration(domain("a", "contoso.com"))
    assert steps(bench) == ["<= accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["POST /domains/contoso.com/verify", "PATCH /domains/contoso.com"]
    assert settled(bench)


def test_adopting_keeps_the_services_that_a_domain_has(bench: Bench) -> None:
    bench.hand.graph("POST", "/domains", {"id": "contoso.com"})
    bench.hand.graph("POST", "/domains/contoso.com/verify")
    bench.hand.graph("PATCH", "/domains/contoso.com", {"supportedServices": ["Yammer"]})
    applied(bench, domain("a", "contoso.com"))
    shown = bench.hand.snapshot()["accepted_domain"]["contoso.com"]  # type: ignore[index, call-overload]
    assert set(shown["supportedServices"]) == {"Email", "Yammer"}  # type: ignore[arg-type, index, call-overload]
    assert settled(bench)


def test_adopting_is_taken_back_by_forgetting_and_restoring(bench: Bench) -> None:
    applied(bench, domain("old", "contoso.com"))
    by_hand(bench, "Set-AcceptedDomain", "contoso.com", OutboundOnly=True)
    bench.text = configuration(rule("a", "A"))
    bench.apply()
    was, state = bench.hand.snapshot(), bench.state
    bench.text = configuration(rule("a", "B"), domain("again", "contoso.com", "outbound_only = false"))
    assert steps(bench) == ["<= accepted_domain.again", "~ transport_rule.a"]
    assert bench.apply(Fault(When(operation="Set-TransportRule"), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []
    assert bench.state == state


def test_email_that_a_hand_took_from_a_domain_is_turned_on_again(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'domain_type = "InternalRelay"'))
    bench.hand.graph("PATCH", "/domains/contoso.com", {"supportedServices": []})
    assert steps(bench) == ["~ accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_another_domain_in_the_block_is_a_replacement_and_the_old_one_stays_in_the_tenant(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com"))
    bench.text = configuration(domain("a", "contoso.net"))
    assert steps(bench) == ["-/+ accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert domains(bench) == ["contoso.com", "contoso.net", "fabrikam.onmicrosoft.com"]
    assert settled(bench)


def test_another_domain_in_a_block_that_deletes_takes_the_old_one_away(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'on_destroy = "delete"'))
    applied(bench, domain("a", "contoso.net", 'on_destroy = "delete"'))
    assert domains(bench) == ["contoso.net", "fabrikam.onmicrosoft.com"]
    assert settled(bench)


@pytest.mark.parametrize("on_destroy", ["forget", "delete"])
def test_another_domain_in_the_block_that_the_tenant_has_already_is_adopted(bench: Bench, on_destroy: str) -> None:
    applied(bench, domain("b", "contoso.net"))
    applied(bench, domain("a", "contoso.com", f'on_destroy = "{on_destroy}"'))
    bench.text = configuration(domain("a", "contoso.net", f'on_destroy = "{on_destroy}"', "outbound_only = true"))
    left = ["- accepted_domain.a"] if on_destroy == "delete" else []
    assert steps(bench) == ["<= accepted_domain.a", *left]
    assert bench.apply().exit is Exit.DONE
    assert bench.state.resources[at("accepted_domain.a")[0]].id == "contoso.net"
    assert ("contoso.com" in domains(bench)) is (on_destroy == "forget")
    assert settled(bench)


def test_a_domain_that_was_to_go_with_its_block_and_cannot_is_tried_again(bench: Bench) -> None:
    applied(bench, domain("b", "contoso.net"))
    applied(bench, domain("a", "contoso.com", 'on_destroy = "delete"'))
    by_hand(bench, "New-InboundConnector", Name="Theirs", SenderDomains=["*"], TlsSenderCertificateName="contoso.com")
    assert applied(bench, domain("a", "contoso.net", 'on_destroy = "delete"')).exit is Exit.WAITING
    by_hand(bench, "Remove-InboundConnector", "Theirs")
    assert steps(bench) == ["- accepted_domain.a"]
    assert bench.apply().exit is Exit.DONE
    assert domains(bench) == ["contoso.net", "fabrikam.onmicrosoft.com"]
    assert settled(bench)


def test_a_domain_that_could_not_be_deleted_yet_and_is_wanted_again_is_adopted(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'on_destroy = "delete"'), rule("r", "R"))
    bench.text = configuration(rule("r", "R"))
    assert bench.apply(Fault(When(operation="DELETE *"), Reject())).exit is Exit.WAITING
    applied(bench, domain("again", "contoso.com"), rule("r", "R"))
    assert "DELETE /domains/contoso.com" not in sent(bench)
    assert bench.state.pending_delete == ()
    assert settled(bench)


def test_two_blocks_cannot_trade_their_domains_in_one_plan(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com"), domain("b", "contoso.net"))
    bench.text = configuration(domain("a", "contoso.net"), domain("b", "contoso.com"))
    assert codes(bench) == ["domain-taken", "domain-taken"]
    bench.text = configuration(domain("a", "contoso.org"), domain("b", "contoso.net"), domain("c", "contoso.com"))
    assert codes(bench) == ["domain-taken"]


def test_the_initial_domain_is_never_deleted(bench: Bench) -> None:
    applied(bench, domain("first", "fabrikam.onmicrosoft.com", 'on_destroy = "delete"'), rule("a", "A"))
    bench.text = configuration(rule("a", "A"))
    assert codes(bench) == ["domain-stays"]
    assert codes(bench, Options(destroy=True)) == ["domain-stays"]


def test_the_default_domain_is_never_deleted(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'on_destroy = "delete"'), rule("a", "A"))
    bench.hand.graph("PATCH", "/domains/contoso.com", {"isDefault": True})
    bench.text = configuration(rule("a", "A"))
    assert codes(bench) == ["domain-stays"]


def test_a_deleted_domain_goes_after_the_connector_that_names_it(bench: Bench) -> None:
    applied(bench, domain("proof", "contoso.com", 'on_destroy = "delete"'), inbound("in", "In", BACK))
    assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert sent(bench) == ["Set-InboundConnector", "Remove-InboundConnector", "DELETE /domains/contoso.com"]
    assert domains(bench) == ["fabrikam.onmicrosoft.com"]


def test_a_domain_that_rolls_back_was_made_in_this_run_and_is_deleted_again(bench: Bench) -> None:
    bench.text = configuration(domain("a", "contoso.com"), rule("a", "A"))
    was = bench.hand.snapshot()
    assert bench.apply(Fault(When(operation="New-TransportRule"), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, bench.hand.snapshot()) == []


def test_a_domain_of_another_tenant_is_a_failed_step_and_does_not_wait(bench: Bench) -> None:
    bench.behaviour = Behaviour(taken_domains=frozenset({"contoso.com"}))
    bench.text = configuration(domain("a", "contoso.com"), rule("a", "A"))
    was = bench.hand.snapshot()
    report = bench.apply()
    assert report.exit is Exit.ROLLED_BACK
    assert "active tenant" in report.failure
    assert difference(was, bench.hand.snapshot()) == []


def test_domains_are_the_same_in_any_spelling(bench: Bench) -> None:
    applied(bench, domain("a", "Contoso.COM."))
    assert domains(bench) == ["contoso.com", "fabrikam.onmicrosoft.com"]
    assert settled(bench)
    bench.text = configuration(domain("a", "contoso.com"))
    assert bench.plan().plan.empty


def test_a_domain_in_letters_of_its_own_is_made_by_its_a_label(bench: Bench) -> None:
    applied(bench, domain("a", "Bücher.example"))
    assert "xn--bcher-kva.example" in domains(bench)
    assert settled(bench)


def test_what_does_not_depend_on_a_waiting_domain_is_applied(waiting: Bench) -> None:
    report = applied(
        waiting,
        domain("proof", "contoso.com"),
        inbound("back", "Back", BACK),
        inbound("other", "Other"),
        outbound("out", "Out"),
        rule("plain", "Plain"),
    )
    assert report.exit is Exit.WAITING
    assert [str(address) for address in report.deferred] == ["inbound_connector.back"]
    assert (names(waiting, "inbound_connector"), names(waiting, "outbound_connector")) == (["Other"], ["Out"])
    assert named(waiting, "transport_rule", "Plain")["State"] == "Enabled"


def test_a_waiting_domain_is_asked_for_its_proof_once_and_not_waited_for(waiting: Bench) -> None:
    report = applied(waiting, domain("proof", "contoso.com"))
    assert sent(waiting) == ["POST /domains", "POST /domains/contoso.com/verify"]
    (wait,) = report.waits
    assert (wait.name, wait.txt[:5]) == ("contoso.com", "MS=ms")
    assert waiting.clock.passed < 5


def test_no_routing_rule_is_switched_on_while_any_inbound_connector_waits(waiting: Bench) -> None:
    report = applied(
        waiting,
        domain("proof", "contoso.com"),
        inbound("back", "Back", BACK),
        scoped("out", "Out"),
        routing("route", "Route", "${outbound_connector.out.name}"),
    )
    assert report.exit is Exit.WAITING
    assert [str(address) for address in report.deferred] == ["inbound_connector.back", "transport_rule.route"]
    assert [one["State"] for one in all_of(waiting, "transport_rule")] in ([], ["Disabled"])


def test_a_rule_that_begins_to_route_waits_for_the_inbound_connector_too(waiting: Bench) -> None:
    applied(waiting, scoped("out", "Out"), rule("route", "Route"))
    report = applied(
        waiting,
        domain("proof", "contoso.com"),
        inbound("back", "Back", BACK),
        scoped("out", "Out"),
        routing("route", "Route", "${outbound_connector.out.name}"),
    )
    assert report.exit is Exit.WAITING
    assert named(waiting, "transport_rule", "Route")["RouteMessageOutboundConnector"] is None
    waiting.hand.publish("contoso.com")
    assert waiting.apply().exit is Exit.DONE
    assert named(waiting, "transport_rule", "Route")["RouteMessageOutboundConnector"] == "Out"
    assert settled(waiting)


def test_what_waits_is_planned_in_full_and_listed_as_deferred(waiting: Bench) -> None:
    waiting.text = SCENARIO
    plan = waiting.plan().plan
    assert len(plan.steps) == 4
    assert {(str(one.address), one.reason) for one in plan.deferred} == {
        ("inbound_connector.from_signature", "domain_not_verified"),
        ("transport_rule.route", "domain_not_verified"),
    }


def test_a_second_apply_while_the_proof_is_missing_asks_once_more_and_changes_nothing(waiting: Bench) -> None:
    waiting.text = SCENARIO
    assert waiting.apply().exit is Exit.WAITING
    was = waiting.hand.snapshot()
    assert waiting.apply().exit is Exit.WAITING
    assert sent(waiting) == [f"POST /domains/{CERTIFICATE}/verify"]
    assert waiting.hand.snapshot() == was


def test_the_next_apply_goes_on_once_the_proof_is_there(waiting: Bench) -> None:
    waiting.text = SCENARIO
    waiting.apply()
    waiting.hand.publish(CERTIFICATE)
    assert waiting.apply().exit is Exit.DONE
    assert sent(waiting)[-1] == "Enable-TransportRule"
    assert settled(waiting)


def test_a_proof_that_somebody_gave_meanwhile_is_no_drift(waiting: Bench) -> None:
    waiting.text = SCENARIO
    waiting.apply()
    waiting.hand.publish(CERTIFICATE)
    waiting.hand.graph("POST", f"/domains/{CERTIFICATE}/verify")
    assert not waiting.plan().plan.drift
    assert waiting.apply().exit is Exit.DONE
    assert settled(waiting)


def test_what_a_deferred_step_still_uses_is_not_retired(waiting: Bench) -> None:
    def way_out(label: str) -> tuple[str, str]:
        route = routing("route", "Route", f"${{outbound_connector.{label}.name}}")
        return scoped(label, f"Way out {label}"), route

    applied(waiting, *way_out("old"))
    report = applied(waiting, domain("proof", "contoso.com"), inbound("back", "Back", BACK), *way_out("new"))
    assert report.exit is Exit.WAITING
    assert named(waiting, "outbound_connector", "Way out old")["Enabled"] is True
    assert named(waiting, "transport_rule", "Route")["RouteMessageOutboundConnector"] == "Way out old"
    waiting.hand.publish("contoso.com")
    assert waiting.apply().exit is Exit.DONE
    assert names(waiting, "outbound_connector") == ["Way out new"]
    assert settled(waiting)


def test_a_renamed_connector_whose_rule_waits_keeps_both_until_the_proof_is_there(waiting: Bench) -> None:
    def out(name: str) -> tuple[str, str]:
        return scoped("out", name), routing("route", "Route", "${outbound_connector.out.name}")

    applied(waiting, *out("Before"))
    report = applied(waiting, domain("proof", "contoso.com"), inbound("back", "Back", BACK), *out("After"))
    assert report.exit is Exit.WAITING
    assert names(waiting, "outbound_connector") == ["After", "Before"]
    assert named(waiting, "transport_rule", "Route")["RouteMessageOutboundConnector"] == "Before"
    assert waiting.apply().exit is Exit.WAITING
    assert names(waiting, "outbound_connector") == ["After", "Before"]
    waiting.hand.publish("contoso.com")
    assert waiting.apply().exit is Exit.DONE
    assert names(waiting, "outbound_connector") == ["After"]
    assert settled(waiting)


def test_a_waiting_domain_may_be_taken_out_again_with_all_that_waits_for_it(waiting: Bench) -> None:
    applied(waiting, domain("proof", "contoso.com"), inbound("back", "Back", BACK), rule("a", "A"))
    waiting.text = configuration(rule("a", "A"))
    assert steps(waiting) == [". accepted_domain.proof"]
    assert waiting.apply().exit is Exit.DONE
    assert settled(waiting)


def test_a_failure_elsewhere_takes_the_unproven_domain_back_too(waiting: Bench) -> None:
    waiting.text = SCENARIO
    was = waiting.hand.snapshot()
    assert waiting.apply(Fault(When(operation="New-OutboundConnector"), Reject())).exit is Exit.ROLLED_BACK
    assert difference(was, waiting.hand.snapshot()) == []


def test_a_tenant_that_makes_inbound_connectors_disabled_never_gets_the_routing_rule_switched_on(bench: Bench) -> None:
    bench.behaviour = Behaviour(inbound_created_disabled=True)
    bench.text = SCENARIO
    was = bench.hand.snapshot()
    report = bench.apply()
    assert report.exit is Exit.ROLLED_BACK
    assert "disabled" in report.failure
    left = {path.split(".")[0] for path in difference(was, bench.hand.snapshot())}
    assert left <= {"accepted_domain"}


def test_the_state_tells_the_proofs_that_are_waited_for_and_the_tenants_own_mail_host(tmp_path: Path) -> None:
    from mailform.render import outputs

    bench = Bench(tmp_path, behaviour=Behaviour(dns="wait"))
    assert bench.apply().exit is Exit.WAITING
    told = outputs.told(bench.state)
    assert "TXT  s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com  MS=ms" in told
    assert "fabrikam.mail.protection.outlook.com" in told
    bench.hand.publish("s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com")
    assert bench.apply().exit is Exit.DONE
    assert bench.state.proofs == ()
    assert bench.state.mail_host == "fabrikam.mail.protection.outlook.com"
