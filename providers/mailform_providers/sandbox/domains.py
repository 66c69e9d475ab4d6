"""The life of a domain in the directory: made unverified, proven by DNS, given its services, deleted.

Every operation is a function of the tenant; what can't be is a `GraphRefusal`.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailform_providers.kinds import INBOUND_CONNECTOR
from mailform_providers.sandbox import graph_answers as answers
from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.exchange import Moment
from mailform_providers.sandbox.graph_answers import GraphRefusal
from mailform_providers.sandbox.tenant import DOMAIN_NAME, Domain, Tenant
from mailform_providers.sandbox.wire import Answer

_SERVICES = ("Email", "OfficeCommunicationsOnline", "Yammer")


class _New(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    id: str


class _Patch(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    is_default: bool | None = Field(None, alias="isDefault")
    services: list[str] | None = Field(None, alias="supportedServices")


def find(tenant: Tenant, name: str) -> Domain:
    found = tenant.domain(name)
    if found is None:
        text = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        raise GraphRefusal(404, "Request_ResourceNotFound", text)
    return found


def _bad(text: str, *details: tuple[str, str, str]) -> GraphRefusal:
    return GraphRefusal(400, "Request_BadRequest", text, details)


def create(tenant: Tenant, body: bytes, moment: Moment) -> tuple[Tenant, Answer]:
    try:
        name = _New.model_validate_json(body).id.rstrip(".").lower()
    except ValidationError:
        raise _bad("Only the property id can be set, and it is required.") from None
    if not DOMAIN_NAME.fullmatch(name):
        raise _bad("Invalid value specified for property 'id' of resource 'Domain'.", ("InvalidValue", "id", name))
    if tenant.domain(name) is not None:
        text = "Another object with the same value for property id already exists."
        raise _bad(text, ("ObjectConflict", "id", text))
    parent = next((found for found in tenant.domains if name.endswith(f".{found.name}")), None)
    domain = Domain(
        name=name,
        guid=tenant.next_guid(),
        created_at=moment.now,
        changed_at=moment.now,
        verified=parent is not None and parent.verified,
        root=parent is None,
    )
    after = replace(tenant, domains=(*tenant.domains, domain), made=tenant.made + 1)
    return after, answers.one(domain, 201)


def verify(tenant: Tenant, domain: Domain, moment: Moment) -> tuple[Tenant, Answer]:
    failed = "Domain verification failed with the following error:"
    if domain.verified:
        raise _bad(f"{failed} 'Domain is already verified'.", ("DomainAlreadyVerified", "id", domain.name))
    if domain.name in moment.behaviour.taken_domains:
        text = f"{failed} 'Domain is being used by an active tenant'."
        raise _bad(text, ("DomainInUse", "Name.Conflict", text))
    if not _is_published(tenant, domain, moment.behaviour):
        raise _bad(f"{failed} 'Error in DNS verification. code=InternalError'.")
    below = f".{domain.name}"
    domains = tuple(
        replace(found, verified=True, changed_at=moment.now)
        if not found.verified and (found is domain or found.name.endswith(below))
        else found
        for found in tenant.domains
    )
    after = replace(tenant, domains=domains)
    return after, answers.one(find(after, domain.name), availability="AvailableImmediately")


def _is_published(tenant: Tenant, domain: Domain, behaviour: Behaviour) -> bool:
    if behaviour.dns == "at-once" or domain.name in tenant.published:
        return True
    return behaviour.resolver is not None and behaviour.resolver(domain.name, f"MS={domain.proof}")


def update(tenant: Tenant, domain: Domain, body: bytes, moment: Moment) -> tuple[Tenant, Answer]:
    try:
        patch = _Patch.model_validate_json(body)
    except ValidationError:
        raise _bad("Only isDefault and supportedServices can be changed.") from None
    if not domain.verified:
        raise _bad(f"The domain '{domain.name}' isn't verified. Only verified domains can be updated.")
    changed = domain
    if patch.services is not None:
        changed = _served(domain, tuple(dict.fromkeys(patch.services)))
    if patch.is_default is False and domain.default:
        raise _bad("The default domain can't be unset. Make another domain the default.")
    domains = tuple(changed if found is domain else found for found in tenant.domains)
    if patch.is_default:
        domains = tuple(replace(found, default=found.name == domain.name) for found in domains)
    if domains != tenant.domains:
        dated = (replace(found, changed_at=moment.now) if found.name == domain.name else found for found in domains)
        domains = tuple(dated)
    return replace(tenant, domains=domains), Answer(204)


def _served(domain: Domain, services: tuple[str, ...]) -> Domain:
    """The domain with these services. Exchange forgets the settings of one that it no longer has."""
    kept = {service for service in domain.services if service not in _SERVICES}
    for service in services:
        if service not in _SERVICES and service not in kept:
            raise _bad(f"The service '{service}' can't be added.", ("InvalidValue", "supportedServices", service))
    if domain.initial and "Email" not in services:
        raise _bad("Email can't be taken from the initial domain.")
    return replace(domain, services=services, settings=domain.settings if "Email" in services else {})


def delete(tenant: Tenant, domain: Domain) -> tuple[Tenant, Answer]:
    _require_removable(tenant, domain)
    users = _users(tenant, domain)
    if users:
        names = ", ".join(f"'{name}'" for name in users)
        raise _bad(
            f"The domain '{domain.name}' can't be deleted: it is in use by {names}.", ("DomainInUse", "id", names)
        )
    return _without(tenant, domain), Answer(204)


def force_delete(tenant: Tenant, domain: Domain) -> tuple[Tenant, Answer]:
    """Takes its users no heed, but Exchange must have let go of it before."""
    _require_removable(tenant, domain)
    if domain.accepted:
        raise _bad(f"The domain '{domain.name}' is still provisioned for Exchange. Take Email from its services first.")
    return _without(tenant, domain), Answer(204)


def _require_removable(tenant: Tenant, domain: Domain) -> None:
    if domain.initial:
        raise _bad("The initial domain can't be deleted.")
    if domain.default:
        raise _bad("The default domain can't be deleted.")
    if any(found.name.endswith(f".{domain.name}") for found in tenant.domains):
        raise _bad(f"The domain '{domain.name}' can't be deleted: it has subdomains.")


def _users(tenant: Tenant, domain: Domain) -> tuple[str, ...]:
    """The inbound connectors that name the domain: as their certificate's, or as an associated domain."""

    def uses(name: object, associated: object) -> bool:
        certificate = str(name or "").removeprefix("*.").casefold()
        return certificate == domain.name or (
            isinstance(associated, tuple) and domain.name in {found.casefold() for found in associated}
        )

    return tuple(
        entry.name
        for entry in tenant.of(INBOUND_CONNECTOR)
        if uses(entry.settings.get("TlsSenderCertificateName"), entry.settings.get("AssociatedAcceptedDomains"))
    )


def _without(tenant: Tenant, domain: Domain) -> Tenant:
    kept = tuple(found for found in tenant.domains if found is not domain)
    return replace(tenant, domains=kept, published=tenant.published - {domain.name})
