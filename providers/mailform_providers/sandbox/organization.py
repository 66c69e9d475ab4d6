"""The organization itself: its limits, and the step that a dehydrated tenant needs before its first write."""

from __future__ import annotations

from dataclasses import replace

from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Record, Result
from mailform_providers.sandbox.parameters import taking
from mailform_providers.sandbox.rule_limits import MOST_CHARACTERS, MOST_PATTERNS, MOST_RULES


def _configuration(call: Call) -> Result:
    dehydrated = call.behaviour.dehydrated and not call.tenant.customized
    record: Record = {"Name": call.tenant.initial, "Identity": call.tenant.initial, "IsDehydrated": dehydrated}
    return Result(call.tenant, ({**record, "Guid": call.tenant.guid},))


def _customize(call: Call) -> Result:
    return Result(replace(call.tenant, customized=True))


def _transport(call: Call) -> Result:
    limits: Record = {
        "TransportRuleLimit": MOST_RULES,
        "TransportRuleSizeLimit": f"{MOST_CHARACTERS // 1024} KB ({MOST_CHARACTERS:,} bytes)",
        "TransportRuleCollectionRegexCharsLimit": f"{MOST_PATTERNS // 1024} KB ({MOST_PATTERNS:,} bytes)",
    }
    return Result(call.tenant, ({"Name": "Transport Settings", **limits},))


CMDLETS = (
    Cmdlet("Get-OrganizationConfig", taking(), _configuration, writes=False),
    Cmdlet("Get-TransportConfig", taking(), _transport, writes=False),
    Cmdlet("Enable-OrganizationCustomization", taking(), _customize, answers=False, while_dehydrated=True),
)
