"""The shape in which Exchange shows a rule: every condition and action is a key, null or false when unset."""

from __future__ import annotations

from collections.abc import Mapping

from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_providers.kinds.schema import Type
from mailform_providers.sandbox import records, rule_limits
from mailform_providers.sandbox.cmdlet import Record
from mailform_providers.sandbox.lookup import RULE_CONTAINER
from mailform_providers.sandbox.tenant import Entry, Setting, Settings, Tenant

_NAMESPACE = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks"
_ATTRIBUTES = tuple(KINDS[TRANSPORT_RULE].attributes.values())
_DETAILS: Settings = {
    found.parameter: False if found.type is Type.BOOLEAN else None for found in _ATTRIBUTES if found.section
}
"""What a rule without conditions, exceptions and actions shows of them."""

RULE_BLANK: Settings = {
    "DlpPolicy": None,
    "Comments": None,
    "ActivationDate": None,
    "ExpiryDate": None,
    "Enabled": True,
    "Mode": "Enforce",
    "RuleErrorAction": "Ignore",
    "SenderAddressLocation": "Header",
    "RecipientAddressType": "Resolved",
    "RuleSubType": "None",
    "UseLegacyRegex": False,
    **_DETAILS,
}

_HEAD: Settings = {
    "Priority": 0,
    "DlpPolicy": None,
    "DlpPolicyId": "00000000-0000-0000-0000-000000000000",
    "Comments": None,
    "CreatedBy": "",
    "LastModifiedBy": "",
    "ManuallyModified": False,
    "Description": "",
    "Size": 0,
    "Conditions": None,
    "Exceptions": None,
    "Actions": None,
    "State": "Enabled",
    "IsRuleConfigurationSupported": True,
    "RuleConfigurationUnsupportedReason": "",
    "RegexSize": 0,
    **{name: value for name, value in RULE_BLANK.items() if name != "Enabled"},
}

_TOGETHER = {
    "HeaderContainsMessageHeader": "HeaderContains",
    "HeaderContainsWords": "HeaderContains",
    "HeaderMatchesMessageHeader": "HeaderMatches",
    "HeaderMatchesPatterns": "HeaderMatches",
    "BetweenMemberOf1": "BetweenMemberOf",
    "BetweenMemberOf2": "BetweenMemberOf",
    "SetHeaderName": "SetHeader",
    "SetHeaderValue": "SetHeader",
    "ApplyHtmlDisclaimerText": "ApplyDisclaimer",
    "ApplyHtmlDisclaimerLocation": "ApplyDisclaimer",
    "ApplyHtmlDisclaimerFallbackAction": "ApplyDisclaimer",
    "RejectMessageReasonText": "RejectMessage",
    "RejectMessageEnhancedStatusCode": "RejectMessage",
}
"""Parameters that make up one condition or action between them."""


def _classes() -> Mapping[str, tuple[str, str]]:
    keys = {"conditions": "Conditions", "exceptions": "Exceptions", "actions": "Actions"}
    made: dict[str, tuple[str, str]] = {}
    for found in _ATTRIBUTES:
        if found.section:
            bare = found.parameter.removeprefix("ExceptIf") if found.section == "exceptions" else found.parameter
            end = "Action" if found.section == "actions" else "Predicate"
            made[found.parameter] = (keys[found.section], f"{_NAMESPACE}.{_TOGETHER.get(bare, bare)}{end}")
    return made


_CLASSES = _classes()


def rule_record(tenant: Tenant, rule: Entry, priority: int, route: str | None) -> Record:
    """What a Get- shows of a rule. `route` is the connector it routes to, in the form the service gives it."""
    settings: dict[str, Setting] = {name: value for name, value in rule.settings.items() if name != "Enabled"}
    if route is not None:
        settings["RouteMessageOutboundConnector"] = route
    shown: dict[str, list[str]] = {}
    for name in settings:
        if name in _CLASSES:
            key, class_name = _CLASSES[name]
            if class_name not in (names := shown.setdefault(key, [])):
                names.append(class_name)
    return {
        **_HEAD,
        **settings,
        **{key: tuple(names) for key, names in shown.items()},
        "Priority": priority,
        "CreatedBy": rule.created_by,
        "LastModifiedBy": rule.changed_by,
        "ManuallyModified": rule.created_at != rule.changed_at,
        "Description": _prose(settings),
        "Size": rule_limits.characters(settings),
        "RegexSize": rule_limits.patterns(settings),
        "State": "Enabled" if rule.settings.get("Enabled", True) else "Disabled",
        "Identity": rule.name,
        "DistinguishedName": records.distinguished_name(tenant, rule.name, RULE_CONTAINER),
        "Guid": rule.guid,
        "ImmutableId": rule.guid,
        "OrganizationId": tenant.initial,
        "IsValid": True,
        "WhenChanged": rule.changed_at,
        "ObjectState": "Unchanged",
    }


def without_details(record: Record) -> Record:
    """What ExcludeConditionActionDetails leaves of a record."""
    return {**record, **_DETAILS, "Description": "", "Conditions": None, "Exceptions": None, "Actions": None}


def _prose(settings: Settings) -> str:
    """The rule in words, as the service describes it; only to be looked at."""
    heads = {"Conditions": "If the message:", "Exceptions": "Except if the message:", "Actions": "Take the actions:"}
    lines: list[str] = []
    for key, head in heads.items():
        told = [f"\t{name}: {settings[name]}" for name in settings if _CLASSES.get(name, ("",))[0] == key]
        lines += [head, *told] if told else []
    return "".join(f"{line}\r\n" for line in lines)
