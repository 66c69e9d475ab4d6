"""Outbound connectors: the couplings of their settings, and what rules hold fast."""

from __future__ import annotations

from collections.abc import Mapping

from mailform_providers.kinds import KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Type
from mailform_providers.sandbox import lookup, refusals
from mailform_providers.sandbox.cmdlet import Call
from mailform_providers.sandbox.connectors import (
    Connectors,
    cmdlets,
    listed,
    on_premises_only,
    renamed,
    require_domains,
)
from mailform_providers.sandbox.lookup import CONNECTOR_CONTAINER
from mailform_providers.sandbox.parameters import Given, Parameter
from mailform_providers.sandbox.records import OUTBOUND_BLANK
from mailform_providers.sandbox.tenant import Entry, Settings, Tenant

ROUTE = "RouteMessageOutboundConnector"
_HIDDEN = (
    "There is at least one test mode connector which is not included in the result. "
    "Please use -IncludeTestModeConnectors to view test mode connectors."
)
_ON_PREMISES = tuple(found.parameter for found in KINDS[OUTBOUND_CONNECTOR].attributes.values() if found.on_premises)


def routed_to(tenant: Tenant, identity: str) -> Entry | None:
    """The connector that a rule's setting means."""
    return lookup.search(tenant, tenant.of(OUTBOUND_CONNECTOR), identity, CONNECTOR_CONTAINER)


def _settle(settings: Settings, given: Mapping[str, Given]) -> Settings:
    on_premises_only(settings, _ON_PREMISES)
    settings = _with_hosts(settings, given)
    if settings["TlsDomain"] and settings["TlsSettings"] != "DomainValidation":
        raise refusals.invalid("TlsDomain can only be used when TlsSettings is DomainValidation.")
    if settings["TlsSettings"] == "DomainValidation" and not settings["TlsDomain"]:
        raise refusals.invalid("TlsDomain is required when TlsSettings is DomainValidation.")
    require_domains("RecipientDomains", listed(settings, "RecipientDomains"))
    require_domains("TlsDomain", (str(settings["TlsDomain"]),) if settings["TlsDomain"] else ())
    return settings


def _with_hosts(settings: Settings, given: Mapping[str, Given]) -> Settings:
    """MX routing clears the smart hosts that were there; smart hosts sent along with it are a contradiction."""
    hosts = listed(settings, "SmartHosts")
    if not settings["UseMXRecord"]:
        if not hosts:
            raise refusals.invalid("SmartHosts is required when UseMXRecord is false.")
        return settings
    if hosts and given.get("SmartHosts"):
        raise refusals.invalid("SmartHosts can't be used when UseMXRecord is true.")
    return {**settings, "SmartHosts": ()}


def _release(tenant: Tenant, entry: Entry, settings: Settings | None) -> None:
    users = [rule for rule in tenant.of(TRANSPORT_RULE) if _routes_to(tenant, rule, entry)]
    if not users:
        return
    lost = "removed" if settings is None else _lost(entry, settings)
    if lost:
        names = ", ".join(f"'{rule.name}'" for rule in users)
        raise refusals.in_use(f"The connector '{entry.name}' can't be {lost}: it is used by transport rules {names}.")


def _routes_to(tenant: Tenant, rule: Entry, entry: Entry) -> bool:
    route = rule.settings.get(ROUTE)
    found = routed_to(tenant, str(route)) if route else None
    return found is not None and found.guid == entry.guid


def _lost(entry: Entry, settings: Settings) -> str:
    """What a rule that routes here would lose by the change; empty when nothing."""
    before = {**OUTBOUND_BLANK, **entry.settings}
    after = {**OUTBOUND_BLANK, **settings}
    if renamed(entry, settings):
        return "renamed"
    if before["Enabled"] and not after["Enabled"]:
        return "disabled"
    if before["IsTransportRuleScoped"] and not after["IsTransportRuleScoped"]:
        return "changed to apply without a transport rule"
    return ""


def _shown(call: Call) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Connectors in test mode are hidden unless asked for; asked for, nothing else is there (or everything is)."""
    entries = call.tenant.of(OUTBOUND_CONNECTOR)
    scoped = call.given.get("IsTransportRuleScoped", False if call.behaviour.scoped_hidden else None)
    if scoped is not None:
        entries = tuple(entry for entry in entries if entry.settings.get("IsTransportRuleScoped", False) == scoped)
    tested = tuple(entry for entry in entries if entry.settings.get("TestMode"))
    if call.given.get("IncludeTestModeConnectors"):
        return (entries if call.behaviour.test_mode_listing == "all" else tested), ()
    return tuple(entry for entry in entries if entry not in tested), (_HIDDEN,) if tested else ()


CMDLETS = cmdlets(
    Connectors(
        KINDS[OUTBOUND_CONNECTOR],
        OUTBOUND_BLANK,
        "msExchSMTPOutboundConnector",
        _settle,
        _release,
        _shown,
        filters=(
            Parameter("IncludeTestModeConnectors", Type.BOOLEAN),
            Parameter("IsTransportRuleScoped", Type.BOOLEAN),
        ),
    )
)
