"""Whether what stands in a sandbox's file can be a tenant: it is meant to be edited by hand, and hands slip.

Only what the services here rely on. A value that means nothing to them is shown as it is: real tenants have such too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.kinds.schema import Kind, Type
from mailform_providers.sandbox.tenant import Settings, Tenant


def flaw(tenants: Mapping[str, Tenant]) -> str:
    """The first thing that can't be, and where; "" when all is well."""
    return next((found for guid, tenant in tenants.items() for found in _flaws(guid, tenant)), "")


def _flaws(guid: str, tenant: Tenant) -> Iterator[str]:
    where = f"tenants.{guid}"
    if tenant.guid != guid or not _is_guid(guid):
        yield f"{where}: its guid is another, or none"
    if sum(domain.initial for domain in tenant.domains) != 1:
        yield f"{where}.domains: one and only one has to be the initial one"
    for domain in tenant.domains:
        yield from _of_settings(f"{where}.domains.{domain.name}", KINDS[ACCEPTED_DOMAIN], domain.settings)
    for kind, entries in tenant.entries.items():
        if kind not in KINDS:
            yield f"{where}.entries.{kind}: there is no such kind"
            return
        for number, entry in enumerate(entries):
            place = f"{where}.entries.{kind}.{number}"
            if not isinstance(entry.settings.get("Name"), str):
                yield f"{place}.settings: it needs a Name"
            yield from _of_settings(place, KINDS[kind], entry.settings)


def _of_settings(place: str, kind: Kind, settings: Settings) -> Iterator[str]:
    for attribute in kind.attributes.values():
        value = settings.get(attribute.parameter)
        if value is None:
            continue
        if attribute.type is Type.BOOLEAN and not isinstance(value, bool):
            yield f"{place}.settings.{attribute.parameter}: it is true or false"
        if attribute.is_list != isinstance(value, tuple):
            yield f"{place}.settings.{attribute.parameter}: it is {'a list' if attribute.is_list else 'no list'}"


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
