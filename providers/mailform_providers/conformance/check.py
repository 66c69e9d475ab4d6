"""A check, and the bench it works on: a provider that remembers what was made, so that it can be taken away again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from mailform_providers.contract import Done, Lost, Observed, Provider, Rejected, Waiting, Written
from mailform_providers.errors import ServiceFailure
from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.values import Value

# What each kind can't be made without, and what keeps it from touching mail.
_LEAST: Mapping[str, Mapping[str, Value]] = {
    OUTBOUND_CONNECTOR: {
        "is_transport_rule_scoped": True,
        "use_mx_record": False,
        "smart_hosts": ("smtp.contoso.com",),
    },
    INBOUND_CONNECTOR: {"sender_domains": ("contoso.com",), "enabled": False},
    TRANSPORT_RULE: {"enabled": False, "conditions.subject_contains_words": ("x",), "actions.prepend_subject": "y"},
}


class Nonconforming(AssertionError):
    """A provider doesn't keep the contract."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that holds of every provider, named as a sentence."""

    name: str
    body: Callable[[Bench], None]

    def __call__(self, provider: Provider) -> None:
        """Raises Nonconforming, or what the provider raises. Takes away what it made, either way."""
        bench = Bench(provider)
        try:
            self.body(bench)
        finally:
            bench.clear()

    def __str__(self) -> str:
        return self.name


def check(body: Callable[[Bench], None]) -> Check:
    """A check named as its function is."""
    return Check(body.__name__.replace("_", " "), body)


def expect(holds: bool, otherwise: str) -> None:
    """Raises Nonconforming unless it holds."""
    if not holds:
        raise Nonconforming(otherwise)


def done(written: Written) -> Done:
    """A write that has to succeed."""
    match written:
        case Done():
            return written
        case Waiting() | Rejected() | Lost():
            raise Nonconforming(f"the write should have been done: {written}")


def rejected(written: Written) -> Rejected:
    """A write that has to be refused."""
    match written:
        case Rejected():
            return written
        case Done() | Waiting() | Lost():
            raise Nonconforming(f"the write should have been refused: {written}")


@dataclass(slots=True)
class Bench:
    """A provider, and what a check has made with it."""

    provider: Provider
    made: list[tuple[str, str]] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def make(self, kind: str, priority: int | None = None, **attributes: Value) -> Done:
        """A disabled or unreferenced object that has the given attributes, and else only what it must have."""
        return self.make_from(kind, attributes, priority)

    def make_from(self, kind: str, attributes: Mapping[str, Value], priority: int | None = None) -> Done:
        """The same, for attributes with a dot in their names."""
        wanted = {"name": self.name(), **_LEAST[kind], **attributes}
        made = done(self.provider.create(kind, wanted, priority))
        self.made.append((kind, made.id))
        return made

    def name(self) -> str:
        """A name that nothing else has."""
        return f"Conformance {next(self.numbers)}"

    def see(self, kind: str, id: str) -> Observed:
        """The object, which has to be there, the same in the listing as when it is looked up."""
        found = self.provider.find(kind, id)
        listed = next((seen for seen in self.provider.read(kind).objects if seen.id == id), None)
        if found is None or listed is None:
            raise Nonconforming(f"{kind} {id} was made, and then not there")
        expect(found.attributes == listed.attributes, f"{kind} {id} is listed otherwise than it is found")
        return found

    def clear(self) -> None:
        """Removes what was made, the last first."""
        for kind, id in reversed(self.made):
            with suppress(ServiceFailure):
                self.provider.delete(kind, id)
