"""Get- and Set-AcceptedDomain. Domains are made and removed through Graph (`graph`); New- and Remove- don't exist."""

from __future__ import annotations

from dataclasses import replace

from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.sandbox import records, refusals
from mailform_providers.sandbox.binding import merged
from mailform_providers.sandbox.cmdlet import Call, Cmdlet, Result, unchanged
from mailform_providers.sandbox.parameters import ANY_IDENTITY, RESULT_SIZE, of_kind, taking
from mailform_providers.sandbox.records import DOMAIN_BLANK
from mailform_providers.sandbox.tenant import Domain, Tenant

_CONTAINER = "CN=Accepted Domains,CN=Transport Settings"


def _find(tenant: Tenant, identity: str) -> Domain:
    folded = identity.casefold()
    for domain in tenant.domains:
        names = (domain.name, domain.guid, records.distinguished_name(tenant, domain.name, _CONTAINER).casefold())
        if domain.accepted and folded in names:
            return domain
    raise refusals.not_found(identity)


def _get(call: Call) -> Result:
    accepted = tuple(domain for domain in call.tenant.domains if domain.accepted)
    found = (_find(call.tenant, call.identity),) if call.identity else accepted
    return Result(call.tenant, tuple(records.accepted_domain(call.tenant, domain) for domain in found))


def _set(call: Call) -> Result:
    domain = _find(call.tenant, call.identity)
    settings = merged(domain.settings, DOMAIN_BLANK, call.changes)
    after = {**DOMAIN_BLANK, **settings}
    if after["MatchSubDomains"] and after["DomainType"] != "InternalRelay":
        raise refusals.invalid("MatchSubDomains can only be used when DomainType is InternalRelay.")
    if settings == domain.settings:
        return Result(call.tenant, warnings=(unchanged(call.identity),))
    changed = replace(domain, settings=settings, changed_at=call.now)
    domains = tuple(changed if known is domain else known for known in call.tenant.domains)
    return Result(replace(call.tenant, domains=domains))


CMDLETS = (
    Cmdlet("Get-AcceptedDomain", taking(ANY_IDENTITY, RESULT_SIZE), _get, writes=False),
    Cmdlet("Set-AcceptedDomain", of_kind(KINDS[ACCEPTED_DOMAIN], "update"), _set, answers=False),
)
