"""The shapes in which Exchange shows its objects, modelled on what real tenants answered.

Empty is `[]` on connectors, null on rules, "" for some strings; a key that a kind doesn't show is absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailform_providers.sandbox.cmdlet import Record
from mailform_providers.sandbox.refusals import SERVER
from mailform_providers.sandbox.tenant import Domain, Entry, Setting, Settings, Tenant

_FOREST = "NAMPR09A006.PROD.OUTLOOK.COM"

OUTBOUND_BLANK: Settings = {
    "Enabled": True,
    "UseMXRecord": True,
    "Comment": "",
    "ConnectorType": "Partner",
    "ConnectorSource": "Default",
    "RecipientDomains": (),
    "SmartHosts": (),
    "TlsDomain": None,
    "TlsSettings": None,
    "IsTransportRuleScoped": False,
    "RouteAllMessagesViaOnPremises": False,
    "CloudServicesMailEnabled": False,
    "AllAcceptedDomains": False,
    "SenderRewritingEnabled": False,
    "MtaStsMode": "Opportunistic",
    "SmtpDaneMode": "Opportunistic",
    "TestMode": False,
    "LinkForModifiedConnector": "00000000-0000-0000-0000-000000000000",
    "ValidationRecipients": (),
    "IsValidated": False,
    "LastValidationTimestamp": None,
}
INBOUND_BLANK: Settings = {
    "Enabled": True,
    "ConnectorType": "Partner",
    "ConnectorSource": "Default",
    "Comment": "",
    "SenderIPAddresses": (),
    "SenderDomains": (),
    "TrustedOrganizations": (),
    "ClientHostNames": (),
    "AssociatedAcceptedDomains": (),
    "RequireTls": True,
    "RestrictDomainsToIPAddresses": False,
    "RestrictDomainsToCertificate": False,
    "CloudServicesMailEnabled": False,
    "TreatMessagesAsInternal": False,
    "TlsSenderCertificateName": None,
    "EFTestMode": False,
    "ScanAndDropRecipients": (),
    "EFSkipLastIP": False,
    "EFSkipIPs": (),
    "EFSkipMailGateway": (),
    "EFUsers": (),
}
DOMAIN_BLANK: Settings = {
    "DomainType": "Authoritative",
    "MatchSubDomains": False,
    "OutboundOnly": False,
    "EnableNego2Authentication": False,
    "CanHaveCloudCache": False,
    "SendingFromDomainDisabled": False,
    "SendingToDomainDisabled": False,
    "MailFlowRegion": "",
}


def distinguished_name(tenant: Tenant, name: str, container: str = "CN=Transport Settings") -> str:
    """The object's DN. Special characters of the name are escaped as RFC 4514 says."""
    escaped = re.sub(r'([,+"\\<>;=])', r"\\\1", name)
    place = f"CN=Configuration,CN={tenant.initial},CN=ConfigurationUnits,DC=NAMPR09A006,DC=PROD,DC=OUTLOOK,DC=COM"
    return f"CN={escaped},{container},{place}"


def connector(tenant: Tenant, entry: Entry, blank: Settings, object_class: str) -> Record:
    return {
        **blank,
        **entry.settings,
        "AdminDisplayName": "",
        "ExchangeVersion": "0.1 (8.0.535.0)",
        **_standing(tenant, entry.name, entry.guid, object_class),
        "DistinguishedName": distinguished_name(tenant, entry.name),
        **_dates(entry.changed_at, entry.created_at),
    }


def accepted_domain(tenant: Tenant, domain: Domain) -> Record:
    return {
        "DomainName": domain.name,
        "CatchAllRecipientID": None,
        **DOMAIN_BLANK,
        **domain.settings,
        "AddressBookEnabled": True,
        "Default": domain.default,
        "EmailOnly": False,
        "ExternallyManaged": False,
        "AuthenticationType": "Managed",
        "LiveIdInstanceType": "Business",
        "PendingRemoval": False,
        "PendingCompletion": False,
        "FederatedOrganizationLink": "Federation",
        "MailFlowPartner": None,
        "IsCoexistenceDomain": domain.name.endswith(".mail.onmicrosoft.com"),
        "PerimeterDuplicateDetected": False,
        "IsDefaultFederatedDomain": False,
        "SmtpDaneStatus": "Disabled",
        "AzureProvisioningRegion": "",
        "InitialDomain": domain.initial,
        "AdminDisplayName": "",
        "ExchangeVersion": "0.20 (15.0.0.0)",
        **_standing(tenant, domain.name, domain.guid, "msExchAcceptedDomain"),
        "DistinguishedName": distinguished_name(tenant, domain.name, "CN=Accepted Domains,CN=Transport Settings"),
        **_dates(domain.changed_at, domain.created_at),
    }


def _standing(tenant: Tenant, name: str, guid: str, object_class: str) -> Mapping[str, Setting]:
    """What stands on every object of Exchange."""
    return {
        "Name": name,
        "Identity": name,
        "Id": name,
        "Guid": guid,
        "ExchangeObjectId": guid,
        "ObjectClass": ("top", object_class),
        "OrganizationalUnitRoot": tenant.initial,
        "OrganizationId": f"{_FOREST}/Microsoft Exchange Hosted Organizations/{tenant.initial}",
        "OriginatingServer": SERVER,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _dates(changed: str, created: str) -> Mapping[str, Setting]:
    return {"WhenChanged": changed, "WhenCreated": created, "WhenChangedUTC": changed, "WhenCreatedUTC": created}
