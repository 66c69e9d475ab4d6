"""One tenant in a store: as it is now, how it is changed, and how lagging replicas still have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from mailform_providers.sandbox import replication
from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.routing import Routed
from mailform_providers.sandbox.storage import Store
from mailform_providers.sandbox.tenant import Tenant, new_tenant
from mailform_providers.sandbox.underway import Delayed
from mailform_providers.sandbox.values import stamp

Clock: TypeAlias = Callable[[], datetime]
T = TypeVar("T")


class Kept:
    """The tenant that somebody calls `name`. Until it is first changed, nothing of it is in the store. Not for several
    threads."""

    def __init__(self, store: Store, name: str, behaviour: Behaviour, clock: Clock) -> None:
        self._store = store
        self._name = name.strip().rstrip(".").casefold()
        self._behaviour = behaviour
        self._clock = clock
        self.fresh = new_tenant(name, stamp(clock()))

    def current(self) -> Tenant:
        """The tenant as it is now, a value."""
        return self._noted(self._pick(self._store.read()))

    def edit(self, change: Callable[[Tenant], tuple[Tenant, T]]) -> T:
        """Changes the tenant; what the change answers besides is the result."""
        with self._store.editing():
            tenants = self._store.read()
            before = self._noted(self._pick(tenants))
            after, answer = change(before)
            if after is not before:
                self._store.write({**tenants, after.guid: after})
                self._noted(after)
            return answer

    def delay(self, routed: Routed, id: str, seconds: float) -> None:
        """A request comes only so many seconds from now."""
        self._store.underway.add(self.current().guid, Delayed(self._now() + seconds, routed, id))

    def arriving(self) -> tuple[Delayed, ...]:
        """The requests that come now, after their delay; each is told once."""
        return self._store.underway.arriving(self.current().guid, self._now())

    def in_directory(self, tenant: Tenant, number: int) -> Tenant:
        """How the replica that takes request `number` has the tenant, for Graph."""
        behind = replication.lag(self._behaviour, number)
        return replication.directory(self._store.past, tenant, behind, self._now()) if behind else tenant

    def in_exchange(self, tenant: Tenant, number: int) -> Tenant:
        """The same for Exchange."""
        if not replication.longest(self._behaviour):
            return tenant
        behind = replication.lag(self._behaviour, number)
        return replication.exchange(self._store.past, tenant, self._behaviour, behind, self._now())

    def _pick(self, tenants: Mapping[str, Tenant]) -> Tenant:
        named = tenants.get(self.fresh.guid)
        return named or next((found for found in tenants.values() if found.answers_to(self._name)), self.fresh)

    def _noted(self, tenant: Tenant) -> Tenant:
        keep = replication.longest(self._behaviour)
        if keep:
            self._store.past.note(tenant, self._now(), keep)
        return tenant

    def _now(self) -> float:
        return self._clock().timestamp()
