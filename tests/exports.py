"""Records as PowerShell exports them, modelled on what real tenants show: every key is there, most of them empty."""

from __future__ import annotations

from typing import Any

from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Type

CHANGED = "/Date(1772500523000)/"
Row = dict[str, Any]


def rule(name: str, number: int = 0, **shown: Any) -> Row:
    """What Get-TransportRule shows of a rule for mail from inside."""
    empty = {
        found.parameter: False if found.type is Type.BOOLEAN else None
        for found in KINDS["transport_rule"].attributes.values()
        if found.section
    }
    return {
        "Priority": number,
        "DlpPolicy": None,
        "DlpPolicyId": "00000000-0000-0000-0000-000000000000",
        "Comments": None,
        "CreatedBy": "Megan Bowen",
        "LastModifiedBy": "Megan Bowen",
        "ActivationDate": None,
        "ExpiryDate": None,
        "RuleVersion": {"Major": 14, "Minor": 0, "Build": 0, "Revision": 0},
        "Conditions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.FromScopePredicate"],
        "Exceptions": None,
        "Actions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.PrependSubjectAction"],
        "State": "Enabled",
        "Mode": "Enforce",
        "IsRuleConfigurationSupported": True,
        "RuleErrorAction": "Ignore",
        "SenderAddressLocation": "Header",
        "RecipientAddressType": "Resolved",
        "RuleSubType": "None",
        "UseLegacyRegex": False,
        **empty,
        "FromScope": "InOrganization",
        "PrependSubject": "[x] ",
        "MessageContainsAllDataClassifications": None,
        "Identity": name,
        "Guid": f"0e3f8a52-0000-4000-8000-{number:012d}",
        "Name": name,
        "WhenChanged": CHANGED,
        **shown,
    }


def inbound(name: str, **shown: Any) -> Row:
    """What Get-InboundConnector shows of a partner's connector."""
    return {
        "Enabled": True,
        "ConnectorType": "Partner",
        "ConnectorSource": "AdminUI",
        "Comment": "",
        "SenderIPAddresses": [],
        "SenderDomains": ["smtp:*.contoso.com;1"],
        "RequireTls": True,
        "RestrictDomainsToCertificate": False,
        "CloudServicesMailEnabled": False,
        "TlsSenderCertificateName": None,
        "EFSkipIPs": [],
        "ExchangeVersion": "0.1 (8.0.535.0)",
        "Name": name,
        "ObjectClass": ["top", "msExchSMTPInboundConnector"],
        "WhenChangedUTC": CHANGED,
        "Guid": "f88dbc64-6d11-4fe3-aaca-9e3a6b313ea7",
        **shown,
    }


def outbound(name: str, **shown: Any) -> Row:
    """What Get-OutboundConnector shows of a scoped connector."""
    return {
        "Enabled": True,
        "UseMXRecord": False,
        "ConnectorType": "OnPremises",
        "ConnectorSource": "Default",
        "RecipientDomains": [],
        "SmartHosts": ["smtp.contoso.com"],
        "TlsDomain": None,
        "TlsSettings": None,
        "IsTransportRuleScoped": True,
        "IsValidated": True,
        "LastValidationTimestamp": "2026-03-03T01:15:23",
        "Name": name,
        "WhenChangedUTC": CHANGED,
        "Guid": "9d1c0d61-0000-4000-8000-000000000001",
        **shown,
    }


def domain(name: str, **shown: Any) -> Row:
    """What Get-AcceptedDomain shows of a domain."""
    return {
        "DomainName": name,
        "DomainType": "Authoritative",
        "MatchSubDomains": False,
        "Default": False,
        "InitialDomain": False,
        "MailFlowRegion": "",
        "Name": name,
        "WhenChangedUTC": CHANGED,
        "Guid": "4bb75a29-a0ad-46bc-b70c-e3928a29256a",
        **shown,
    }
