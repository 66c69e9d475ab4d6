"""What is written no more: reset to the service's default, made anew, or released; and what a rule doesn't write."""

from __future__ import annotations

import pytest

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, domain, inbound, outbound, rule, scoped
from lifecycle.looks import by_hand, drifting, named, requests, sent, settled, steps
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.planning.steps import Note, Update


def applied(bench: Bench, *blocks: str) -> None:
    bench.text = configuration(*blocks)
    report = bench.apply()
    assert report.exit is Exit.DONE, report


def notes(bench: Bench) -> dict[str, Note | None]:
    """The notes of the only update that is planned, by attribute."""
    (step,) = bench.plan().plan.steps
    assert isinstance(step, Update)
    return {found.attribute: found.note for found in step.differences}


@pytest.mark.parametrize(
    ("block", "kind", "line", "shown", "default"),
    [
        (outbound, "outbound_connector", 'comment = "x"', "Comment", ""),
        (outbound, "outbound_connector", 'recipient_domains = ["fabrikam.com"]', "RecipientDomains", []),
        (outbound, "outbound_connector", 'mta_sts_mode = "None"', "MtaStsMode", "Opportunistic"),
        (scoped, "outbound_connector", "cloud_services_mail_enabled = true", "CloudServicesMailEnabled", False),
        (inbound, "inbound_connector", "require_tls = false", "RequireTls", True),
        (inbound, "inbound_connector", 'sender_ip_addresses = ["192.0.2.1"]', "SenderIPAddresses", []),
        (inbound, "inbound_connector", 'connector_type = "OnPremises"', "ConnectorType", "Partner"),
        (rule, "transport_rule", 'comments = "x"', "Comments", None),
        (rule, "transport_rule", 'mode = "Audit"', "Mode", "Enforce"),
        (rule, "transport_rule", 'rule_error_action = "Defer"', "RuleErrorAction", "Ignore"),
        (rule, "transport_rule", 'expiry_date = "2030-01-01T00:00:00Z"', "ExpiryDate", None),
        (rule, "transport_rule", "enabled = false", "State", "Enabled"),
    ],
)
def test_an_attribute_taken_out_goes_back_to_the_services_default(
    bench: Bench, block: object, kind: str, line: str, shown: str, default: object
) -> None:
    assert callable(block)
    applied(bench, block("a", "A", line))
    assert named(bench, kind, "A")[shown] != default
    bench.text = configuration(block("a", "A"))
    assert steps(bench) == [f"~ {kind}.a"]
    assert bench.apply().exit is Exit.DONE
    assert named(bench, kind, "A")[shown] in (default, "" if default is None else default)
    assert settled(bench)


def test_an_attribute_taken_out_is_reset_whatever_the_tenant_has_now(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"'))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    bench.text = configuration(outbound("a", "A"))
    assert notes(bench) == {"comment": Note.RESET}
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "outbound_connector", "A")["Comment"] == ""
    assert settled(bench)


def test_an_attribute_taken_out_that_is_at_its_default_needs_no_step_and_is_let_go_of(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = ""'))
    bench.text = configuration(outbound("a", "A"))
    assert steps(bench) == []
    assert bench.apply().exit is Exit.DONE
    assert bench.writes() == 0
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    assert settled(bench)


def test_an_attribute_that_was_reset_is_managed_no_more(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = "ours"'))
    applied(bench, outbound("a", "A"))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs")
    assert settled(bench)


def test_a_guessed_default_is_said_to_be_guessed(bench: Bench) -> None:
    applied(bench, scoped("a", "A", "sender_rewriting_enabled = true"))
    bench.text = configuration(scoped("a", "A"))
    assert notes(bench) == {"sender_rewriting_enabled": Note.RESET_GUESSED}
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_domains_attributes_go_back_to_their_defaults_too(bench: Bench) -> None:
    applied(bench, domain("a", "contoso.com", 'domain_type = "InternalRelay"', "match_sub_domains = true"))
    bench.text = configuration(domain("a", "contoso.com"))
    assert set(notes(bench)) == {"domain_type", "match_sub_domains"}
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


@pytest.mark.parametrize("required", ["name", "sender_domains"])
def test_a_required_attribute_cannot_be_taken_out(bench: Bench, required: str) -> None:
    applied(bench, inbound("a", "A"))
    bench.text = "\n".join(line for line in bench.text.splitlines() if not line.startswith(required))
    with pytest.raises(Mistakes):
        bench.plan()


def test_empty_text_and_an_empty_list_are_managed_and_empty(bench: Bench) -> None:
    applied(bench, outbound("a", "A", 'comment = ""', "recipient_domains = []"))
    by_hand(bench, "Set-OutboundConnector", "A", Comment="theirs", RecipientDomains=["fabrikam.com"])
    assert drifting(bench) == {"outbound_connector.a": ["comment", "recipient_domains"]}
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "outbound_connector", "A")["Comment"] == ""
    assert settled(bench)


@pytest.mark.parametrize(
    ("parameters", "attribute"),
    [
        ({"SubjectContainsWords": ["x"]}, "conditions.subject_contains_words"),
        ({"ExceptIfFromScope": "NotInOrganization"}, "exceptions.from_scope"),
        ({"SetSCL": 5}, "actions.set_scl"),
        ({"HasNoClassification": True}, "conditions.has_no_classification"),
        ({"SetAuditSeverity": "High"}, "actions.set_audit_severity"),
    ],
)
def test_what_a_hand_adds_to_a_rules_sections_is_drift_and_taken_out(
    bench: Bench, parameters: dict[str, object], attribute: str
) -> None:
    applied(bench, rule("a", "A"))
    was = bench.hand.snapshot()
    by_hand(bench, "Set-TransportRule", "A", **parameters)  # type: ignore[arg-type]  # data
    assert drifting(bench) == {"transport_rule.a": [attribute]}
    assert notes(bench) == {attribute: Note.UNWRITTEN}
    assert bench.apply().exit is Exit.DONE
    assert bench.hand.snapshot() == was
    assert settled(bench)


def test_what_a_hand_changes_of_a_rules_own_unwritten_attributes_is_left_alone(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    by_hand(bench, "Set-TransportRule", "A", Comments="theirs", Mode="Audit", RuleErrorAction="Defer")
    assert settled(bench)


@pytest.mark.parametrize(("kind", "block"), [("transport_rule", rule), ("inbound_connector", inbound)])
def test_enabled_is_managed_although_nobody_wrote_it(bench: Bench, kind: str, block: object) -> None:
    assert callable(block)
    applied(bench, block("a", "A"))
    if kind == "transport_rule":
        by_hand(bench, "Disable-TransportRule", "A")
    else:
        by_hand(bench, "Set-InboundConnector", "A", Enabled=False)
    assert drifting(bench) == {f"{kind}.a": ["enabled"]}
    assert bench.apply().exit is Exit.DONE
    assert settled(bench)


def test_a_section_taken_out_is_wanted_empty(bench: Bench) -> None:
    exceptions = 'exceptions = { subject_contains_words = ["secret"], from_scope = "NotInOrganization" }'
    applied(bench, rule("a", "A", exceptions))
    bench.text = configuration(rule("a", "A"))
    assert bench.apply().exit is Exit.DONE
    assert named(bench, "transport_rule", "A")["ExceptIfSubjectContainsWords"] is None
    assert settled(bench)


def test_a_condition_exchanged_for_another_takes_one_write(bench: Bench) -> None:
    applied(bench, rule("a", "A"))
    bench.text = configuration(
        rule("a", "A").replace('from_scope = "InOrganization"', 'sent_to_scope = "InOrganization"')
    )
    assert bench.apply().exit is Exit.DONE
    assert sent(bench) == ["Set-TransportRule"]
    assert set(requests(bench)[0].parameters) == {"Identity", "FromScope", "SentToScope"}
    assert settled(bench)


def test_a_switch_of_a_rule_that_is_false_is_one_that_is_not_there(bench: Bench) -> None:
    applied(bench, rule("a", "A", actions='{ prepend_subject = "x", stop_rule_processing = false }'))
    assert settled(bench)
    bench.text = configuration(rule("a", "A", actions='{ prepend_subject = "x" }'))
    assert steps(bench) == []


def test_a_connector_that_is_to_use_mx_again_loses_its_smart_hosts(bench: Bench) -> None:
    applied(bench, outbound("a", "A"))
    bench.text = configuration('[outbound_connector.a]\nname = "A"\n')
    assert bench.apply().exit is Exit.DONE
    found = named(bench, "outbound_connector", "A")
    assert (found["UseMXRecord"], found["SmartHosts"]) == (True, [])
    assert settled(bench)


def test_only_what_differs_is_written(bench: Bench) -> None:
    applied(bench, scoped("a", "A", 'comment = "x"', 'tls_settings = "EncryptionOnly"'))
    applied(bench, scoped("a", "A", 'comment = "y"', 'tls_settings = "EncryptionOnly"'))
    (request,) = requests(bench)
    assert set(request.parameters) == {"Identity", "Comment"}
