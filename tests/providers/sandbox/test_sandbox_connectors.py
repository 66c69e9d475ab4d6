"""Connectors: each coupling of their settings, what rules hold fast, and what a listing hides."""

from __future__ import annotations

import pytest
from wired import Wired, refusal, warnings

from mailform_providers.kinds import INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR
from mailform_providers.kinds.schema import Refusal
from mailform_providers.sandbox import Behaviour, Sandbox, open_sandbox, seeds

FABRIKAM = "fabrikam.onmicrosoft.com"
SMART = {"UseMXRecord": False, "SmartHosts": ["smtp.contoso.com"]}


def outbound(wire: Wired, name: str = "Out", /, **given: object) -> dict[str, object]:
    return wire.one("New-OutboundConnector", Name=name, **given)


def inbound(wire: Wired, name: str = "In", /, **given: object) -> dict[str, object]:
    return wire.one("New-InboundConnector", **{"Name": name, "SenderDomains": ["*"], **given})


def refused(wire: Wired, cmdlet: str, **given: object) -> str:
    answer = wire.call(cmdlet, **given)
    assert answer.status_code == 400, answer.text
    return refusal(answer)


def test_an_untouched_outbound_connector_is_shown_as_the_service_shows_one(wire: Wired) -> None:
    made = outbound(wire)
    expected = {"Enabled": True, "UseMXRecord": True, "Comment": "", "ConnectorType": "Partner", "SmartHosts": []}
    expected |= {"TlsDomain": None, "TlsSettings": None, "MtaStsMode": "Opportunistic", "ConnectorSource": "Default"}
    assert {name: made[name] for name in expected} == expected
    assert (made["Identity"], made["IsValid"]) == ("Out", True)


def test_an_untouched_inbound_connector_is_shown_as_the_service_shows_one(wire: Wired) -> None:
    made = inbound(wire)
    expected = {"Enabled": True, "RequireTls": True, "SenderDomains": ["smtp:*;1"], "SenderIPAddresses": []}
    expected |= {"TlsSenderCertificateName": None, "TrustedOrganizations": [], "Comment": "", "EFTestMode": False}
    assert {name: made[name] for name in expected} == expected


@pytest.mark.parametrize("kind", [OUTBOUND_CONNECTOR, INBOUND_CONNECTOR])
def test_every_attribute_that_mailform_writes_is_shown(wire: Wired, kind: str) -> None:
    made = outbound(wire) if kind == OUTBOUND_CONNECTOR else inbound(wire)
    for found in KINDS[kind].attributes.values():
        assert found.parameter in made, found.refused is Refusal.RESERVED


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("contoso.com", "smtp:contoso.com;1"),
        ("smtp:contoso.com;1", "smtp:contoso.com;1"),
        ("SMTP:*.contoso.com;5", "smtp:*.contoso.com;5"),
        ("*", "smtp:*;1"),
    ],
)
def test_sender_domains_are_kept_as_address_spaces(wire: Wired, given: str, shown: str) -> None:
    assert inbound(wire, SenderDomains=[given])["SenderDomains"] == [shown]


def test_smart_hosts_are_needed_without_mx_and_impossible_with_it(wire: Wired) -> None:
    assert "SmartHosts is required" in refused(wire, "New-OutboundConnector", Name="Out", UseMXRecord=False)
    assert "SmartHosts can't be used" in refused(wire, "New-OutboundConnector", Name="Out", SmartHosts=["a.com"])
    outbound(wire, **SMART)
    assert "SmartHosts is required" in refused(wire, "Set-OutboundConnector", Identity="Out", SmartHosts=[])


def test_going_back_to_mx_clears_the_smart_hosts(wire: Wired) -> None:
    outbound(wire, **SMART)
    wire.call("Set-OutboundConnector", Identity="Out", UseMXRecord=True)
    assert wire.one("Get-OutboundConnector")["SmartHosts"] == []
    assert "SmartHosts is required" in refused(wire, "Set-OutboundConnector", Identity="Out", UseMXRecord=False)


def test_a_tls_domain_goes_with_domain_validation_and_nothing_else(wire: Wired) -> None:
    new = "New-OutboundConnector"
    assert "TlsDomain" in refused(wire, new, Name="Out", TlsDomain="contoso.com", TlsSettings="EncryptionOnly")
    assert "TlsDomain is required" in refused(wire, new, Name="Out", TlsSettings="DomainValidation")
    outbound(wire, TlsDomain="contoso.com", TlsSettings="DomainValidation")
    assert "TlsDomain" in refused(wire, "Set-OutboundConnector", Identity="Out", TlsSettings=None)
    assert wire.call("Set-OutboundConnector", Identity="Out", TlsSettings="", TlsDomain=None).status_code == 200


@pytest.mark.parametrize("name", ["AllAcceptedDomains", "RouteAllMessagesViaOnPremises"])
def test_what_needs_on_premises_is_refused_on_partner_connectors(wire: Wired, name: str) -> None:
    assert f"{name} can only be used" in refused(wire, "New-OutboundConnector", Name="Out", **{name: True})
    outbound(wire, ConnectorType="OnPremises", **{name: True})
    assert name in refused(wire, "Set-OutboundConnector", Identity="Out", ConnectorType="Partner")


def test_messages_are_internal_only_from_on_premises_and_without_retained_headers(wire: Wired) -> None:
    new = {"Name": "In", "SenderDomains": ["*"], "TreatMessagesAsInternal": True}
    assert "ConnectorType is OnPremises" in refused(wire, "New-InboundConnector", **new)
    new["ConnectorType"] = "OnPremises"
    assert "CloudServicesMailEnabled" in refused(wire, "New-InboundConnector", **new, CloudServicesMailEnabled=True)
    assert wire.call("New-InboundConnector", **new).status_code == 200
    assert "TreatMessagesAsInternal" in refused(
        wire, "Set-InboundConnector", Identity="In", CloudServicesMailEnabled=True
    )


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.0/24", "192.0.2.1/32"])
def test_ipv4_addresses_and_small_ranges_are_taken(wire: Wired, address: str) -> None:
    assert inbound(wire, SenderIPAddresses=[address])["SenderIPAddresses"] == [address]


@pytest.mark.parametrize("address", ["2001:db8::1", "192.0.2.0/23", "contoso.com", "192.0.2.1-192.0.2.9", "1.2.3"])
def test_other_addresses_are_refused(wire: Wired, address: str) -> None:
    assert "SenderIPAddresses" in refused(
        wire, "New-InboundConnector", Name="In", SenderDomains=["*"], SenderIPAddresses=[address]
    )


@pytest.mark.parametrize("domain", ["a.*.com", "*contoso.com", "con*.com", "*.*"])
def test_a_wildcard_inside_a_domain_is_refused(wire: Wired, domain: str) -> None:
    assert "wildcards" in refused(wire, "New-InboundConnector", Name="In", SenderDomains=[domain])
    assert "wildcards" in refused(wire, "New-OutboundConnector", Name="Out", RecipientDomains=[domain])


def test_a_name_is_at_most_64_characters_and_free_in_any_case(wire: Wired) -> None:
    outbound(wire, "x" * 64)
    assert "maximum length is 64" in refused(wire, "New-OutboundConnector", Name="x" * 65)
    assert "AlreadyExists" in refused(wire, "New-OutboundConnector", Name="X" * 64)
    outbound(wire)
    assert "AlreadyExists" in refused(wire, "Set-OutboundConnector", Identity="Out", Name="X" * 64)
    assert inbound(wire, "Out")["Name"] == "Out"


def test_what_only_one_of_new_and_set_takes(wire: Wired) -> None:
    unknown = wire.call("New-OutboundConnector", Name="Out", ValidationRecipients=["a@contoso.com"])
    assert "ValidationRecipients" in unknown.json()["error"]["details"][0]["message"]
    inbound(wire, ClientHostNames=["mail.contoso.com"])
    unknown = wire.call("Set-InboundConnector", Identity="In", ClientHostNames=[])
    assert "ClientHostNames" in unknown.json()["error"]["details"][0]["message"]
    outbound(wire)
    assert wire.call("Set-OutboundConnector", Identity="Out", ValidationRecipients=["a@b.com"]).status_code == 200


@pytest.mark.parametrize(
    ("cmdlet", "given", "word"),
    [
        ("Remove-OutboundConnector", {"Confirm": False}, "removed"),
        ("Set-OutboundConnector", {"Enabled": False}, "disabled"),
        ("Set-OutboundConnector", {"IsTransportRuleScoped": False}, "without a transport rule"),
        ("Set-OutboundConnector", {"Name": "Elsewhere"}, "renamed"),
    ],
)
def test_a_connector_that_a_rule_routes_to_is_held_fast(
    wire: Wired, cmdlet: str, given: dict[str, object], word: str
) -> None:
    outbound(wire, IsTransportRuleScoped=True)
    wire.call("New-TransportRule", Name="Route", RouteMessageOutboundConnector="Out", Enabled=False)
    text = refused(wire, cmdlet, Identity="Out", **given)
    assert f"can't be {word}" in text or word in text
    assert "'Route'" in text
    assert wire.call("Set-OutboundConnector", Identity="Out", Comment="x", Name="OUT").status_code == 200
    wire.call("Set-TransportRule", Identity="Route", RouteMessageOutboundConnector=None)
    assert wire.call(cmdlet, Identity="Out", **given).status_code == 200


def test_connectors_in_test_mode_are_hidden_with_a_warning(sandbox: Sandbox, wire: Wired) -> None:
    outbound(wire)
    seeds.tested_connector(sandbox, "Trial")
    plain = wire.call("Get-OutboundConnector")
    assert [row["Name"] for row in plain.json()["value"]] == ["Out"]
    assert warnings(plain)[0].startswith("There is at least one test mode connector which is not included")
    asked = wire.objects("Get-OutboundConnector", IncludeTestModeConnectors=True)
    assert [row["Name"] for row in asked] == ["Trial"]
    both = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(test_mode_listing="all")))
    outbound(both)
    outbound(both, "Trial", TestMode=True)
    assert len(both.objects("Get-OutboundConnector", IncludeTestModeConnectors=True)) == 2


def test_listing_can_be_narrowed_to_rule_scoped_connectors(wire: Wired) -> None:
    outbound(wire, "Scoped", IsTransportRuleScoped=True)
    outbound(wire, "Free")
    assert len(wire.objects("Get-OutboundConnector")) == 2
    assert wire.one("Get-OutboundConnector", IsTransportRuleScoped=True)["Name"] == "Scoped"


def test_a_tenant_may_make_inbound_connectors_disabled_and_keep_them_so() -> None:
    wire = Wired(open_sandbox(None, FABRIKAM, behaviour=Behaviour(inbound_created_disabled=True)))
    answer = wire.call("New-InboundConnector", Name="In", SenderDomains=["*"])
    assert answer.json()["value"][0]["Enabled"] is False
    assert warnings(answer) == [
        "Inbound connector for this service offering is created in a disabled state. Contact Support to enable it."
    ]
    again = wire.call("Set-InboundConnector", Identity="In", Enabled=True, Comment="x")
    assert warnings(again) == [
        "For this service offering, you can't enable an inbound connector. Contact Support to enable it."
    ]
    shown = wire.one("Get-InboundConnector")
    assert (shown["Enabled"], shown["Comment"]) == (False, "x")


def test_a_connector_of_the_admin_centre_shows_a_source_that_set_refuses(sandbox: Sandbox, wire: Wired) -> None:
    guid = seeds.admin_connector(sandbox, "inbound_connector", "By hand")
    assert wire.one("Get-InboundConnector", Identity=guid)["ConnectorSource"] == "AdminUI"
    answer = wire.call("Set-InboundConnector", Identity=guid, ConnectorSource="AdminUI")
    assert answer.status_code == 400
    wire.call("Set-InboundConnector", Identity=guid, Comment="x")
    assert wire.one("Get-InboundConnector", Identity=guid)["ConnectorSource"] == "AdminUI"
