"""The scenario, from an empty tenant to an empty tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bench import Bench
from lifecycle.looks import named
from mailform.exits import Exit
from mailform.planning.plan import Options
from mailform.planning.steps import Delete, Forget, Update
from mailform_providers.sandbox import Request


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def the_one(bench: Bench, cmdlet: str) -> dict[str, object]:
    (found,) = bench.hand.run(cmdlet)["value"]  # type: ignore[misc]
    return found  # type: ignore[return-value]


def test_apply_on_an_empty_tenant_makes_the_four_resources_exactly(bench: Bench) -> None:
    assert bench.apply().exit is Exit.DONE

    out = the_one(bench, "Get-OutboundConnector")
    assert out["Name"] == "Office 365 to Contoso Signature Service"
    assert (out["ConnectorType"], out["IsTransportRuleScoped"], out["UseMXRecord"]) == ("OnPremises", True, False)
    assert (out["SmartHosts"], out["TlsSettings"]) == (["smtp.contososignatureservice.com"], "DomainValidation")
    assert (out["TlsDomain"], out["CloudServicesMailEnabled"]) == ("smtp.contososignatureservice.com", True)
    assert out["Enabled"] is True

    back = the_one(bench, "Get-InboundConnector")
    assert (back["ConnectorType"], back["SenderDomains"]) == ("OnPremises", ["smtp:*;1"])
    assert (back["RequireTls"], back["RestrictDomainsToCertificate"], back["Enabled"]) == (True, True, True)
    assert back["TlsSenderCertificateName"] == "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"
    assert back["CloudServicesMailEnabled"] is True

    rule = the_one(bench, "Get-TransportRule")
    assert (rule["State"], rule["FromScope"], rule["StopRuleProcessing"]) == ("Enabled", "InOrganization", True)
    assert rule["RouteMessageOutboundConnector"] == "Office 365 to Contoso Signature Service"
    assert rule["ExceptIfHeaderContainsMessageHeader"] == "SignatureContoso"
    assert rule["ExceptIfHeaderContainsWords"] == ["true"]

    domain = bench.hand.tenant.domains[-1]
    assert (domain.verified, "Email" in domain.services) == (True, True)


def test_the_next_plan_is_empty_and_a_second_apply_sends_no_write(bench: Bench) -> None:
    bench.apply()
    serial = bench.state.serial
    assert bench.plan().plan.empty
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    assert bench.state.serial == serial


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "attribute"),
    [
        ("Set-TransportRule", {"ExceptIfSubjectContainsWords": ["secret"]}, "exceptions.subject_contains_words"),
        ("Set-TransportRule", {"FromScope": "NotInOrganization"}, "conditions.from_scope"),
        ("Disable-TransportRule", {}, "enabled"),
        ("Set-TransportRule", {"SetHeaderName": "X-A", "SetHeaderValue": "1"}, "actions.set_header_name"),
        ("Set-OutboundConnector", {"CloudServicesMailEnabled": False}, "cloud_services_mail_enabled"),
        ("Set-InboundConnector", {"Enabled": False}, "enabled"),
    ],
)
def test_an_edit_by_hand_shows_as_drift_and_is_repaired(
    bench: Bench, cmdlet: str, parameters: dict[str, object], attribute: str
) -> None:
    bench.apply()
    applied = bench.hand.snapshot()
    kind = cmdlet.partition("-")[2]
    identity = the_one(bench, f"Get-{kind}")["Guid"]
    bench.hand.run(cmdlet, {"Identity": identity, **parameters})  # type: ignore[dict-item]

    plan = bench.plan().plan
    (drift,) = plan.drift
    assert attribute in [difference.attribute for difference in drift.differences]
    assert [type(step) for step in plan.steps] == [Update]
    if kind == "TransportRule":
        assert drift.changed_by == "admin@fabrikam.onmicrosoft.com"
        assert drift.changed_at is not None

    assert bench.apply().exit is Exit.DONE
    assert bench.hand.snapshot() == applied
    assert bench.plan().plan.empty
    assert not bench.plan().plan.drift


def test_an_unmanaged_attribute_of_a_connector_is_left_alone(bench: Bench) -> None:
    bench.apply()
    name = "Office 365 to Contoso Signature Service"
    bench.hand.run("Set-OutboundConnector", {"Identity": name, "Comment": "do not touch", "MtaStsMode": "None"})
    plan = bench.plan().plan
    assert plan.empty
    assert not plan.drift
    bench.apply()
    assert the_one(bench, "Get-OutboundConnector")["Comment"] == "do not touch"


def test_destroy_removes_the_rule_then_the_connectors_and_forgets_the_domain(bench: Bench) -> None:
    bench.apply()
    plan = bench.plan(Options(destroy=True)).plan
    assert [type(step) for step in plan.steps if step.address.kind == "accepted_domain"] == [Forget]
    assert sum(isinstance(step, Delete) for step in plan.steps) == 3
    assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert bench.last is not None
    removals = [request.operation for request in bench.last.writes if request.operation.startswith("Remove-")]
    assert removals[0] == "Remove-TransportRule"
    assert sorted(removals[1:]) == ["Remove-InboundConnector", "Remove-OutboundConnector"]
    assert bench.state.resources == {}
    assert "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com" in bench.hand.snapshot()["accepted_domain"]  # type: ignore[operator]


def test_the_rule_is_switched_on_last_and_switched_off_first(bench: Bench) -> None:
    bench.apply()
    assert bench.last is not None
    assert bench.last.writes[-1].operation == "Enable-TransportRule"
    bench.apply(options=Options(destroy=True))
    assert bench.last.writes[0].operation == "Disable-TransportRule"


def test_nothing_that_mail_would_notice_is_on_as_soon_as_it_is_made(bench: Bench) -> None:
    made: list[object] = []

    def look(request: Request) -> None:
        if request.operation == "New-TransportRule":
            made.append(named(bench, "transport_rule", "Route email to Contoso Signature Service")["State"])
        if request.operation == "New-InboundConnector":
            made.append(named(bench, "inbound_connector", "Contoso Signature Service to Office 365")["Enabled"])

    assert bench.apply(after_write=look).exit is Exit.DONE
    assert made == [False, "Disabled"]


def test_while_the_domain_waits_for_its_proof_nothing_that_needs_it_is_made(tmp_path: Path) -> None:
    from mailform_providers.sandbox import Behaviour

    bench = Bench(tmp_path, behaviour=Behaviour(dns="wait"))
    report = bench.apply()
    assert report.exit is Exit.WAITING
    (wait,) = report.waits
    assert wait.txt.startswith("MS=ms")
    assert [str(address) for address in report.deferred] == ["inbound_connector.from_signature", "transport_rule.route"]
    snapshot = bench.hand.snapshot()
    assert (len(snapshot["outbound_connector"]), snapshot["inbound_connector"], snapshot["transport_rule"]) == (
        1,
        {},
        {},
    )  # type: ignore[arg-type]

    bench.hand.publish("s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com")
    assert bench.apply().exit is Exit.DONE
    assert bench.plan().plan.empty
    assert the_one(bench, "Get-TransportRule")["State"] == "Enabled"


def test_no_connector_is_missed_whatever_a_listing_hides(tmp_path: Path) -> None:
    from mailform_providers.sandbox import Behaviour

    bench = Bench(tmp_path, behaviour=Behaviour(scoped_hidden=True))
    assert bench.apply().exit is Exit.DONE
    assert bench.plan().plan.empty
    assert bench.apply(options=Options(destroy=True)).exit is Exit.DONE
    assert bench.hand.snapshot()["outbound_connector"] == {}
