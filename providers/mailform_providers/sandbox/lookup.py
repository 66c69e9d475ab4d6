"""Finding one object: by GUID, name or distinguished name, all without case; and keeping names apart."""

from __future__ import annotations

from collections.abc import Iterable

from mailform_providers.sandbox import records, refusals
from mailform_providers.sandbox.tenant import Entry, Tenant

RULE_CONTAINER = "CN=TransportVersioned,CN=Rules,CN=Transport Settings"
CONNECTOR_CONTAINER = "CN=Transport Settings"


def search(tenant: Tenant, entries: Iterable[Entry], identity: str, container: str) -> Entry | None:
    """The entry that `identity` means, if there is one."""
    folded = identity.casefold()
    is_dn = folded.startswith("cn=")
    for entry in entries:
        if folded in (entry.guid, entry.name.casefold()):
            return entry
        if is_dn and records.distinguished_name(tenant, entry.name, container).casefold() == folded:
            return entry
    return None


def find(tenant: Tenant, entries: Iterable[Entry], identity: str, container: str) -> Entry:
    """The entry that `identity` means. Raises Refusal (404)."""
    found = search(tenant, entries, identity, container)
    if found is None:
        raise refusals.not_found(identity)
    return found


def require_free(entries: Iterable[Entry], name: str, holder: Entry | None = None) -> None:
    """Refuses a name that an entry other than `holder` has, in whatever case."""
    folded = name.casefold()
    for entry in entries:
        if entry.name.casefold() == folded and (holder is None or entry.guid != holder.guid):
            raise refusals.already_exists(name)


def replaced(entries: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """The entries, with `new` in the place of the one that has its GUID."""
    return tuple(new if entry.guid == new.guid else entry for entry in entries)
