"""Accepted domains: made and proven through Graph, known to Exchange once Email is among their services, their mail
attributes set there. This joins the two."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mailform_providers.contract import Done, Listing, Lost, Observed, Rejected, Waiting, Written
from mailform_providers.errors import ReadFailed, ServiceFailure
from mailform_providers.exchange.answers import Record
from mailform_providers.exchange.client import Answer, ExchangeClient
from mailform_providers.exchange.records import attributes as read_attributes
from mailform_providers.exchange.records import changed_at, parameters
from mailform_providers.exchange.unwritable import unwritable
from mailform_providers.graph.client import GraphClient
from mailform_providers.graph.documents import EMAIL, Domain
from mailform_providers.graph.outcome import Refused
from mailform_providers.kinds.schema import Kind
from mailform_providers.normal import domain as a_label
from mailform_providers.wire.patience import Waits
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class Domains:
    """The tenant's domains. An id is the domain's name in lower case."""

    kind: Kind
    exchange: ExchangeClient
    graph: GraphClient
    waits: Waits

    def read(self) -> Listing:
        with ThreadPoolExecutor(2) as pool:
            proofs = pool.submit(self.graph.domains)
            mail = pool.submit(self.exchange.read, self.kind.cmdlets["read"], {"ResultSize": "Unlimited"})
            graph, answer = {domain.name: domain for domain in proofs.result()}, mail.result()
        records = {name_of(self.kind, row): row for row in answer.records}
        names = sorted(graph.keys() | records.keys())
        found = tuple(self._joined(name, graph.get(name), records.get(name)) for name in names)
        return Listing(self.kind.name, found, answer.warnings)

    def find(self, id: str) -> Observed | None:
        """With its DNS records: those of the proof, and where its mail goes once it is proven."""
        domain, record = self.graph.domain(id), self._record(id)
        if domain is None and record is None:
            return None
        facts: dict[str, Value] = {}
        if domain is not None and domain.verified:
            facts["mail_exchange"] = self.graph.mail_exchange(id)
        if domain is not None and not domain.initial:
            proof = self.graph.proof(id)
            facts |= {"verification_txt": proof.txt, "verification_mx": proof.mx}
        return self._joined(id.lower(), domain, record, {name: value for name, value in facts.items() if value})

    def create(self, attributes: Mapping[str, Value]) -> Written:
        name = a_label(attributes["domain"])
        made = self.graph.create(name)
        if not isinstance(made, Domain):
            return _written(made)
        warnings: tuple[str, ...] = ()
        if not any(self._visible(name) for _ in self.waits.looks(self.waits.visibility_timeout)):
            warnings = (f"It was made, but after {self.waits.visibility_timeout:g} s reading it still finds nothing.",)
        return Done(name, self._joined(name, made, None), warnings)

    def update(self, id: str, attributes: Mapping[str, Value]) -> Written:
        if {"verified", "email"} & attributes.keys() and len(attributes) > 1:
            raise ValueError("verified and email must be given alone")
        if "verified" in attributes:
            return self._verify(id)
        if "email" in attributes:
            return self._serve(id, bool(attributes["email"]))
        answer = self.exchange.write(self.kind.cmdlets["update"], {"Identity": id, **parameters(self.kind, attributes)})
        return Done(id, None, answer.warnings) if isinstance(answer, Answer) else answer

    def delete(self, id: str) -> Written:
        refused = self.graph.delete(id)
        return Done(id) if refused is None else _written(refused)

    def _verify(self, id: str) -> Written:
        proven = self.graph.verify(id)
        match proven:
            case Domain():
                return Done(id, self._joined(id, proven, None))
            case Refused() if proven.record_missing:
                return self._waiting(id, proven)
            case Refused() | Lost():
                return _written(proven)

    def _waiting(self, id: str, refused: Refused) -> Written:
        try:
            proof = self.graph.proof(id)
        except ServiceFailure as error:
            return Rejected(f"{refused.text} The record to publish can't be read: {error.message}", error.hint)
        return Waiting(id, proof.name, proof.txt, proof.mx, refused.text)

    def _serve(self, id: str, wanted: bool) -> Written:
        """Adds or takes Email. Graph replaces the whole list, so the others are sent along as they are."""
        try:
            domain = self.graph.domain(id)
        except ServiceFailure as error:
            return Rejected(error.message, error.hint)
        if domain is None:
            return Rejected(f"Graph has no domain {id}.", missing=True)
        services = tuple(name for name in domain.services if name != EMAIL) + ((EMAIL,) if wanted else ())
        if wanted is not domain.email:
            refused = self.graph.set_services(id, services)
            if refused is not None:
                return _written(refused)
        return self._known(id) if wanted else Done(id)

    def _known(self, id: str) -> Written:
        """Waits until Exchange has heard of the domain, which takes minutes and at times an hour."""
        for _ in self.waits.looks(self.waits.domain_timeout):
            try:
                record = self._record(id)
            except ServiceFailure:
                continue
            if record is not None:
                return Done(id)
        detail = (
            f"Exchange doesn't know it yet after {self.waits.domain_timeout:g} s; nothing is to be done but to wait."
        )
        return Waiting(id, id, "", "", detail)

    def _visible(self, name: str) -> bool:
        try:
            return self.graph.domain(name) is not None
        except ServiceFailure:
            return False

    def _record(self, id: str) -> Record | None:
        answer = self.exchange.look_up(self.kind.cmdlets["read"], id, {})
        if answer is not None and not answer.records:
            raise ReadFailed(
                f"{self.kind.cmdlets['read']} failed: it neither showed {id} nor said that it isn't there."
            )
        return None if answer is None else answer.records[0]

    def _joined(
        self, name: str, domain: Domain | None, record: Record | None, facts: Mapping[str, Value] | None = None
    ) -> Observed:
        return joined(self.kind, name, domain, record, facts)


def joined(
    kind: Kind, name: str, domain: Domain | None, record: Record | None, facts: Mapping[str, Value] | None = None
) -> Observed:
    """A domain as both masters show it. Exchange takes proven ones only, so one that Graph doesn't list is."""
    shown = record or {}
    place = shown.get("DistinguishedName")
    return Observed(
        kind=kind.name,
        id=name,
        name=name,
        attributes={**read_attributes(kind, shown), "domain": name},
        facts={
            "verified": domain is None or domain.verified,
            "email": domain is None or domain.email,
            "known": record is not None,
            "initial": bool(shown.get("InitialDomain")) if domain is None else domain.initial,
            "default": bool(shown.get("Default")) if domain is None else domain.default,
            **(facts or {}),
        },
        distinguished_name=place if isinstance(place, str) else "",
        changed_at=changed_at(shown),
        unwritable=unwritable(kind, shown),
    )


def name_of(kind: Kind, row: Record) -> str:
    """The domain that Exchange shows, in lower case. Raises ReadFailed."""
    name = row.get("DomainName")
    if not isinstance(name, str):
        raise ReadFailed(f"{kind.cmdlets['read']} failed: it listed a domain without a name.")
    return name.lower()


def _written(outcome: Refused | Lost) -> Rejected | Lost:
    if isinstance(outcome, Lost):
        return outcome
    return Rejected(outcome.text, outcome.hint, missing=outcome.status == 404)
