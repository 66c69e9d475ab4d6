"""Everything in a tenant, for tests that compare before and after exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import JsonValue

from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.sandbox.outbound import ROUTE, routed_to
from mailform_providers.sandbox.records import DOMAIN_BLANK, INBOUND_BLANK, OUTBOUND_BLANK
from mailform_providers.sandbox.rule_record import RULE_BLANK
from mailform_providers.sandbox.tenant import Setting, Settings, Tenant

Snapshot: TypeAlias = dict[str, JsonValue]
"""By kind: of connectors and rules every setting by GUID, of domains by name; `rule_order` has the rules' GUIDs."""

_BLANKS = {
    OUTBOUND_CONNECTOR: OUTBOUND_BLANK,
    INBOUND_CONNECTOR: INBOUND_BLANK,
    TRANSPORT_RULE: RULE_BLANK,
}


def snapshot(tenant: Tenant) -> Snapshot:
    """A copy of what the tenant holds, without dates, authors and what is only counted. A rule's connector is shown
    by its name, however it was written."""
    shown: Snapshot = {
        kind: {entry.guid: _whole(blank, _routed(tenant, entry.settings)) for entry in tenant.of(kind)}
        for kind, blank in _BLANKS.items()
    }
    shown["rule_order"] = [rule.guid for rule in tenant.of(TRANSPORT_RULE)]
    shown["accepted_domain"] = {
        domain.name: {
            "isVerified": domain.verified,
            "isDefault": domain.default,
            "isInitial": domain.initial,
            "isRoot": domain.root,
            "supportedServices": list(domain.services),
            **_whole(DOMAIN_BLANK, domain.settings),
        }
        for domain in tenant.domains
    }
    return shown


def _whole(blank: Settings, settings: Settings) -> dict[str, JsonValue]:
    return {name: _plain(value) for name, value in {**blank, **settings}.items()}


def _routed(tenant: Tenant, settings: Settings) -> Settings:
    found = routed_to(tenant, str(settings[ROUTE])) if settings.get(ROUTE) else None
    return settings if found is None else {**settings, ROUTE: found.name}


def _plain(value: Setting) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value


def difference(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> list[str]:
    """The paths at which two snapshots differ; empty when nothing does. To be read by people, in failed tests."""
    paths: list[str] = []
    for key in sorted({*before, *after}):
        one, two = before.get(key), after.get(key)
        if isinstance(one, dict) and isinstance(two, dict):
            paths += [f"{key}.{rest}" for rest in difference(one, two)]
        elif one != two or (key in before) != (key in after):
            paths.append(f"{key}: {one!r} -> {two!r}")
    return paths
