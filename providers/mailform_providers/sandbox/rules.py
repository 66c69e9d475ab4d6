"""Transport rules: New-, Get-, Set-, Remove-, Enable- and Disable-. Set- knows no Enabled, as the service doesn't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_providers.kinds.schema import Form, Type
from mailform_providers.sandbox import lookup, refusals, rule_limits, rule_order
from mailform_providers.sandbox.binding import merged
from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Record, Result, unchanged
from mailform_providers.sandbox.lookup import RULE_CONTAINER
from mailform_providers.sandbox.outbound import ROUTE, routed_to
from mailform_providers.sandbox.parameters import (
    ANY_IDENTITY,
    IDENTITY,
    RESULT_SIZE,
    Given,
    Parameter,
    of_kind,
    taking,
)
from mailform_providers.sandbox.rule_record import RULE_BLANK, rule_record, without_details
from mailform_providers.sandbox.tenant import Entry, Setting, Settings, Tenant

_KIND = KINDS[TRANSPORT_RULE]
_MODE = Parameter("Mode", Type.ENUMERATION, _KIND.attributes["mode"].values)
_STATE = Parameter("State", Type.ENUMERATION, ("Enabled", "Disabled"))

_RECIPIENTS = {found.parameter for found in _KIND.attributes.values() if found.form is Form.ADDRESS}

_PAIRS = (
    ("HeaderContainsMessageHeader", "HeaderContainsWords"),
    ("HeaderMatchesMessageHeader", "HeaderMatchesPatterns"),
    ("BetweenMemberOf1", "BetweenMemberOf2"),
    ("ADComparisonAttribute", "ADComparisonOperator"),
    ("ManagerAddresses", "ManagerForEvaluatedUser"),
)
_ALL_PAIRS = (
    *_PAIRS,
    *((f"ExceptIf{one}", f"ExceptIf{two}") for one, two in _PAIRS),
    ("SetHeaderName", "SetHeaderValue"),
)
_COMPLETED: Mapping[str, Settings] = {
    "ApplyHtmlDisclaimerText": {
        "ApplyHtmlDisclaimerLocation": "Append",
        "ApplyHtmlDisclaimerFallbackAction": "Wrap",
    },
    "RejectMessageReasonText": {"RejectMessageEnhancedStatusCode": "5.7.1"},
    "RejectMessageEnhancedStatusCode": {"RejectMessageReasonText": "Delivery not authorized, message refused"},
}
"""What an action has besides, when only its main part was given (the cmdlet reference's defaults)."""


def _rules(call: Call) -> tuple[Entry, ...]:
    return call.tenant.of(TRANSPORT_RULE)


def _find(call: Call) -> Entry:
    return lookup.find(call.tenant, _rules(call), call.identity, RULE_CONTAINER)


def _priority(given: Mapping[str, Given]) -> int | None:
    found = given.get("Priority")
    return found if isinstance(found, int) else None


def _new(call: Call) -> Result:
    rules = _rules(call)
    rule_limits.require_place(len(rules))
    settings = _settled(call, merged({}, RULE_BLANK, call.changes), rules)
    lookup.require_free(rules, str(settings["Name"]))
    tenant, rule = call.make(settings)
    priority = _priority(call.given)
    tenant = tenant.holding(TRANSPORT_RULE, rule_order.inserted(rules, rule, priority))
    place = len(rules) if priority is None else priority
    return Result(tenant, (_record(call, tenant, rule, place),))


def _set(call: Call) -> Result:
    rule = _find(call)
    rules = _rules(call)
    others = rule_order.removed(rules, rule.guid)
    settings = _settled(call, merged(rule.settings, RULE_BLANK, call.changes), others)
    lookup.require_free(rules, str(settings["Name"]), rule)
    priority = _priority(call.given)
    ordered = rules if priority is None else rule_order.moved(rules, rule.guid, priority)
    if settings == rule.settings and ordered == rules:
        return Result(call.tenant, warnings=(unchanged(call.identity),))
    return Result(call.tenant.holding(TRANSPORT_RULE, lookup.replaced(ordered, call.touch(rule, settings))))


def _settled(call: Call, settings: Settings, others: tuple[Entry, ...]) -> Settings:
    if not str(settings["Name"]).strip():
        raise refusals.invalid("The name of a rule can't be empty.")
    if call.behaviour.completes_actions:
        settings = _completed(settings, call.given)
    for one, two in _ALL_PAIRS:
        if (one in settings) != (two in settings):
            raise refusals.invalid(f"The parameters {one} and {two} have to be used together.")
    route = settings.get(ROUTE)
    if route and routed_to(call.tenant, str(route)) is None:
        raise refusals.not_found(str(route))
    rule_limits.require_room(settings, others)
    return settings


def _completed(settings: Settings, given: Mapping[str, Given]) -> Settings:
    """An action's main part brings the rest of it, and takes it along when it is cleared."""
    for main, rest in _COMPLETED.items():
        if settings.get(main):
            settings = {**rest, **settings}
        elif main in given:
            settings = {name: value for name, value in settings.items() if name not in rest or given.get(name)}
    return settings


def _remove(call: Call) -> Result:
    kept = rule_order.removed(_rules(call), _find(call).guid)
    return Result(call.tenant.holding(TRANSPORT_RULE, kept))


def _switch(call: Call, enabled: bool) -> Result:
    rule = _find(call)
    settings = merged(rule.settings, RULE_BLANK, {**call.changes, "Enabled": enabled})
    if settings == rule.settings:
        return Result(call.tenant, warnings=(unchanged(call.identity),))
    switched = lookup.replaced(_rules(call), call.touch(rule, settings))
    return Result(call.tenant.holding(TRANSPORT_RULE, switched))


def _get(call: Call) -> Result:
    wanted = {_find(call).guid} if call.identity else {rule.guid for rule in _rules(call)}
    state = call.given.get("State")
    policy = call.given.get("DlpPolicy")
    shown = tuple(
        _record(call, call.tenant, rule, priority)
        for priority, rule in enumerate(_rules(call))
        if rule.guid in wanted
        and (state is None or (state == "Enabled") == rule.settings.get("Enabled", True))
        and (policy is None or policy == rule.settings.get("DlpPolicy"))
    )
    if call.given.get("ExcludeConditionActionDetails"):
        shown = tuple(without_details(record) for record in shown)
    return Result(call.tenant, shown)


def _record(call: Call, tenant: Tenant, rule: Entry, priority: int) -> Record:
    rule = _named(rule, call.behaviour.recipient_names)
    given = rule.settings.get(ROUTE)
    found = routed_to(tenant, str(given)) if given else None
    if found is None or call.behaviour.connector_form == "as_given":
        return rule_record(tenant, rule, priority, str(given) if given else None)
    return rule_record(tenant, rule, priority, found.name if call.behaviour.connector_form == "name" else found.guid)


def _named(rule: Entry, names: Mapping[str, str]) -> Entry:
    """The rule with its recipients by the names that the directory has for them."""
    if not names:
        return rule

    def shown(text: str) -> str:
        return names.get(text.lower(), text)

    settings: dict[str, Setting] = dict(rule.settings)
    for name in _RECIPIENTS & settings.keys():
        match settings[name]:
            case str() as text:
                settings[name] = shown(text)
            case tuple() as texts:
                settings[name] = tuple(map(shown, texts))
    return replace(rule, settings=settings)


CMDLETS = (
    Cmdlet("New-TransportRule", of_kind(_KIND, "create"), _new),
    Cmdlet("Set-TransportRule", of_kind(_KIND, "update", without=frozenset({"Enabled"})), _set, answers=False),
    Cmdlet("Remove-TransportRule", taking(IDENTITY), _remove, answers=False),
    Cmdlet("Enable-TransportRule", taking(IDENTITY, _MODE), lambda call: _switch(call, True), answers=False),
    Cmdlet("Disable-TransportRule", taking(IDENTITY), lambda call: _switch(call, False), answers=False),
    Cmdlet(
        "Get-TransportRule",
        taking(
            ANY_IDENTITY,
            RESULT_SIZE,
            _STATE,
            Parameter("DlpPolicy", Type.STRING),
            Parameter("ExcludeConditionActionDetails", Type.BOOLEAN),
        ),
        _get,
        writes=False,
    ),
)
