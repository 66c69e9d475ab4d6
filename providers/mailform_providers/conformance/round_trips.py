"""Every attribute that may be written, is written: made with it, changed, emptied, and read back each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailform_providers.conformance.check import Bench, Check, done, expect
from mailform_providers.conformance.samples import cleared_with, companions, samples
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR
from mailform_providers.kinds.schema import Attribute, Form, Type
from mailform_providers.normal import Directory, same
from mailform_state.values import Value

_NONE = Directory()


def round_trips() -> tuple[Check, ...]:
    """A check for each attribute of connectors and rules; those of domains are among the checks of domains."""
    return tuple(_checks())


def _checks() -> Iterator[Check]:
    for kind in KINDS.values():
        for attribute in kind.writable:
            # A rule's place is no attribute: it is moved, not written.
            if kind.name != ACCEPTED_DOMAIN and attribute.name not in ("name", "priority"):
                yield Check(f"{kind.name}.{attribute.name} comes back as written", RoundTrip(kind.name, attribute))


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The body of the check of one attribute."""

    kind: str
    attribute: Attribute

    def __call__(self, bench: Bench) -> None:
        name, along = self.attribute.name, companions(self.attribute)
        first, second = _values(bench, self.attribute)
        if self.attribute.create:
            made = bench.make_from(self.kind, {**along, name: first})
        else:
            made = bench.make_from(self.kind, along)
            done(bench.provider.update(self.kind, made.id, {name: first}))
        self._compare(bench, made.id, first)
        if not self.attribute.update:
            return
        done(bench.provider.update(self.kind, made.id, {name: second}))
        self._compare(bench, made.id, second)
        if _clearable(self.attribute):
            emptied: Value = () if self.attribute.is_list else ""
            done(bench.provider.update(self.kind, made.id, {name: emptied, **cleared_with(self.attribute)}))
            self._compare(bench, made.id, emptied)

    def _compare(self, bench: Bench, id: str, wanted: Value) -> None:
        shown = bench.see(self.kind, id).attributes.get(self.attribute.name)
        directory = (
            Directory.of(bench.provider.read(OUTBOUND_CONNECTOR).objects) if _names_one(self.attribute) else _NONE
        )
        expect(same(self.attribute, wanted, shown, directory), f"{wanted!r} came back as {shown!r}")


def _values(bench: Bench, attribute: Attribute) -> tuple[Value, Value]:
    if not _names_one(attribute):
        return samples(attribute)
    names = (bench.name(), bench.name())
    for name in names:
        bench.make(OUTBOUND_CONNECTOR, name=name, enabled=True)
    return names


def _names_one(attribute: Attribute) -> bool:
    return attribute.form is Form.CONNECTOR


def _clearable(attribute: Attribute) -> bool:
    """Whether it can be empty at all: not what is required, no switch, nothing whose default is something."""
    unset = attribute.default is None or attribute.default.value in ("", ())
    return unset and not attribute.required and attribute.type is not Type.BOOLEAN
