"""Things that tenants have and no cmdlet makes, to be planted in a sandbox. Each answers the object's GUID."""

from __future__ import annotations

from typing import Literal

from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.sandbox.service import Sandbox
from mailform_providers.sandbox.tenant import Settings

Connector = Literal["inbound_connector", "outbound_connector"]


def dlp_rule(sandbox: Sandbox, name: str, policy: str = "Financial data") -> str:
    """A rule that a data loss prevention policy made."""
    policy_id = "6f0e6f57-8b8f-4a0c-8b1e-3d7d7e6c9a55"
    made: Settings = {"Name": name, "DlpPolicy": policy, "DlpPolicyId": policy_id, "RuleSubType": "Dlp"}
    return sandbox.plant(TRANSPORT_RULE, {**made, "SentToScope": "NotInOrganization", "Mode": "Audit"})


def unsupported_rule(sandbox: Sandbox, name: str) -> str:
    """A rule whose configuration the cmdlets can't express."""
    reason = "The rule contains a predicate that this version doesn't know."
    state: Settings = {"IsRuleConfigurationSupported": False, "RuleConfigurationUnsupportedReason": reason}
    return sandbox.plant(TRANSPORT_RULE, {"Name": name, "StopRuleProcessing": True, **state})


def admin_connector(sandbox: Sandbox, kind: Connector, name: str) -> str:
    """A connector made in the admin centre, whose source (AdminUI) New- and Set- don't take."""
    if kind == INBOUND_CONNECTOR:
        own: Settings = {"SenderDomains": ("smtp:contoso.com;1",)}
    else:
        own = {"UseMXRecord": False, "SmartHosts": ("mail.contoso.com",)}
    return sandbox.plant(kind, {"Name": name, "ConnectorSource": "AdminUI", "ConnectorType": "OnPremises", **own})


def tested_connector(sandbox: Sandbox, name: str) -> str:
    """An outbound connector in test mode, which a plain Get-OutboundConnector hides."""
    own: Settings = {"UseMXRecord": False, "SmartHosts": ("mail.contoso.com",), "TestMode": True}
    return sandbox.plant(OUTBOUND_CONNECTOR, {"Name": name, **own})
