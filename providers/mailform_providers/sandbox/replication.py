"""Replicas that lag: what a tenant was, and which of its versions a request gets to see.

A change reaches the replicas one after the other, the last after `visibility_seconds`; so reading flips between old and
new, what was removed lingers, and what was just made isn't there yet. A write comes to a replica too: what that one
can't find, or what it still sees in use, it refuses. Changes themselves are never lost and never made twice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from zlib import crc32

from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.tenant import Tenant
from mailform_providers.sandbox.wire import Answer

_IN_USE = "InvalidOperationException"


class Past:
    """The versions of the tenants in one store since it was opened; what was there before counts as ever there.
    Times are seconds since 1970. Not for several threads."""

    def __init__(self) -> None:
        self._versions: dict[str, deque[tuple[float, Tenant]]] = {}

    def note(self, tenant: Tenant, now: float, keep: float) -> None:
        """A tenant is like this from now on. What is older than `keep` seconds is forgotten."""
        versions = self._versions.setdefault(tenant.guid, deque())
        if not versions or (versions[-1][1] is not tenant and versions[-1][1] != tenant):
            versions.append((now, tenant))
        while len(versions) > 1 and versions[1][0] <= now - keep:
            versions.popleft()

    def at(self, tenant: Tenant, moment: float) -> Tenant:
        """The tenant as it was at a moment; before the first version that is known, that one."""
        versions = self._versions.get(tenant.guid) or ((moment, tenant),)
        return next((version for since, version in reversed(versions) if since <= moment), versions[0][1])


def longest(behaviour: Behaviour) -> float:
    """How far back anybody may look, in seconds; 0 when nothing lags."""
    return behaviour.visibility_seconds + behaviour.domain_delay_seconds


def lag(behaviour: Behaviour, number: int) -> float:
    """How many seconds the replica is behind that takes this request: the same for a number, irregular over them."""
    if behaviour.replicas < 2:
        return behaviour.visibility_seconds
    replica = crc32(str(number).encode()) % behaviour.replicas
    return behaviour.visibility_seconds * replica / (behaviour.replicas - 1)


def directory(past: Past, tenant: Tenant, behind: float, now: float) -> Tenant:
    """What the directory (Graph) sees, `behind` seconds ago."""
    return past.at(tenant, now - behind) if behind else tenant


def exchange(past: Past, tenant: Tenant, behaviour: Behaviour, behind: float, now: float) -> Tenant:
    """What Exchange sees: as the directory, but without domains that have Email only since a moment ago."""
    seen = directory(past, tenant, behind, now)
    if not behaviour.domain_delay_seconds:
        return seen
    before = past.at(tenant, now - behind - behaviour.domain_delay_seconds)
    known = {found.name for found in before.domains if found.accepted}
    domains = (found if found.name in known else replace(found, services=()) for found in seen.domains)
    return replace(seen, domains=tuple(domains))


def stops(answer: Answer) -> bool:
    """Whether a lagging replica's answer to a write is its last word: everything else is for the newest to say."""
    return answer.status == 404 or answer.headers.get("X-ExceptionType") == _IN_USE
