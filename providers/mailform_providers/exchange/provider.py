"""The contract over the real service (and over anything else that speaks its protocol, such as the sandbox)."""

from __future__ import annotations

from collections.abc import Mapping

from mailform_providers.contract import Listing, Lost, Observed, Rejected, Validated, Written
from mailform_providers.exchange.client import ExchangeClient
from mailform_providers.exchange.domains import Domains
from mailform_providers.exchange.objects import Objects
from mailform_providers.graph.client import GraphClient
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Kind
from mailform_providers.wire.patience import Waits
from mailform_state.values import Value


class ExchangeProvider:
    """One tenant of Exchange Online. Sends each verb to who knows the kind, and nothing else.

    Graph is asked only about domains, so that without domains nobody needs a token for it.
    """

    def __init__(self, exchange: ExchangeClient, graph: GraphClient, waits: Waits | None = None) -> None:
        patient = Waits() if waits is None else waits
        self._domains = Domains(KINDS[ACCEPTED_DOMAIN], exchange, graph, patient)
        self._objects = {
            name: Objects(kind, exchange, patient) for name, kind in KINDS.items() if name != ACCEPTED_DOMAIN
        }

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return KINDS

    def read(self, kind: str) -> Listing:
        return self._of(kind).read()

    def find(self, kind: str, id: str) -> Observed | None:
        return self._of(kind).find(id)

    def create(self, kind: str, attributes: Mapping[str, Value], priority: int | None = None) -> Written:
        if kind == ACCEPTED_DOMAIN:
            return self._domains.create(attributes)
        return self._objects[kind].create(attributes, priority)

    def update(self, kind: str, id: str, attributes: Mapping[str, Value]) -> Written:
        return self._of(kind).update(id, attributes)

    def delete(self, kind: str, id: str) -> Written:
        return self._of(kind).delete(id)

    def validate(self, id: str, recipients: tuple[str, ...]) -> Validated | Rejected | Lost:
        return self._objects[OUTBOUND_CONNECTOR].validate(id, recipients)

    def move(self, id: str, priority: int) -> Written:
        return self._objects[TRANSPORT_RULE].move(id, priority)

    def _of(self, kind: str) -> Objects | Domains:
        return self._domains if kind == ACCEPTED_DOMAIN else self._objects[kind]
