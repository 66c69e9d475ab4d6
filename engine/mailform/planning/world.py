"""The tenant as it was read: the third of the three things that planning compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.normal import EMPTY, Directory, domain, normal
from mailform_state.values import State, Value

ROUTE = "actions.route_message_outbound_connector"
"""The action that makes a rule a routing rule."""


@dataclass(frozen=True, slots=True)
class World:
    """Every object of the kinds that were read. A kind that wasn't read has no entry: nothing is known of it."""

    objects: Mapping[str, tuple[Observed, ...]] = field(default_factory=dict)

    def find(self, kind: str, id: str) -> Observed | None:
        """The object with this identity."""
        folded = id.casefold()
        return next((seen for seen in self.objects.get(kind, ()) if seen.id.casefold() == folded), None)

    def named(self, kind: str, name: str) -> Observed | None:
        """The object under this name (a domain: that is this domain)."""
        folded = identity(kind, name)
        return next((seen for seen in self.objects.get(kind, ()) if identity(kind, seen.name) == folded), None)

    @property
    def directory(self) -> Directory:
        """The tenant's connectors, by every spelling."""
        return Directory.of(self.objects.get(OUTBOUND_CONNECTOR, ()))

    def routing_to(self, connector: str) -> tuple[Observed, ...]:
        """The rules, managed or not, that send mail to the connector with this GUID."""
        directory = self.directory
        return tuple(rule for rule in self.objects.get(TRANSPORT_RULE, ()) if routes_to(rule, directory) == connector)


def routes_to(rule: Observed, directory: Directory) -> object:
    """The connector that a rule sends mail to, by its GUID where the tenant has it; None if it routes nowhere."""
    target = normal(KINDS[TRANSPORT_RULE].attributes[ROUTE], rule.attributes.get(ROUTE), directory)
    return None if target == EMPTY else target


def identity(kind: str, name: Value) -> str:
    """A name as the service compares names: without case; a domain in its normal form."""
    return domain(name) if kind == ACCEPTED_DOMAIN else str(name).casefold()


def ids_of(objects: Mapping[str, tuple[Observed, ...]], state: State) -> dict[str, tuple[str, ...]]:
    """The ids, by kind, of every object that is there, or may be: what the state has and a reader that lags leaves out
    must never be taken for something new."""
    known = [(one.kind, one.id) for one in state.resources.values()]
    known += [(one.kind, one.id) for one in state.pending_delete]
    ids = {kind: [one.id for one in seen] for kind, seen in objects.items()}
    for kind, id in known:
        ids.setdefault(kind, []).append(id)
    return {kind: tuple(dict.fromkeys(found)) for kind, found in ids.items()}
