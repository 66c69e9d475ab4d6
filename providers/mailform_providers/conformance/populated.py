"""A tenant of many years: every attribute that may be written is in use somewhere, and much is there more than once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle, islice

from mailform_providers.conformance.check import done
from mailform_providers.conformance.samples import companions, samples
from mailform_providers.contract import Provider
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute, Form
from mailform_providers.normal import Directory, same
from mailform_state.values import Value

WAY_OUT = "Way out 0"
"""The connector that rules route to."""

_LEAST: Mapping[str, Mapping[str, Value]] = {
    OUTBOUND_CONNECTOR: {"use_mx_record": False, "smart_hosts": ("smtp.contoso.com",)},
    INBOUND_CONNECTOR: {"sender_domains": ("contoso.com",)},
    TRANSPORT_RULE: {"conditions.subject_contains_words": ("x",), "actions.prepend_subject": "[x] "},
}
_NOT_TRIED = frozenset({"name", "domain", "priority", "is_transport_rule_scoped"})


def populate(provider: Provider, rules: int = 300, connectors: int = 40, domains: int = 60) -> None:
    """Fills an empty tenant. There have to be enough of each for every attribute."""
    for number in range(domains - 1):  # it has its initial domain already
        _domain(provider, number, domains - 1)
    named: dict[str, Value] = {"name": WAY_OUT, "is_transport_rule_scoped": True, "connector_type": "OnPremises"}
    done(provider.create(OUTBOUND_CONNECTOR, {**_LEAST[OUTBOUND_CONNECTOR], **named}))
    for kind, count in ((OUTBOUND_CONNECTOR, connectors // 2 - 1), (INBOUND_CONNECTOR, connectors - connectors // 2)):
        for attribute, value, name in islice(_tried(kind, "Way"), count):
            _make(provider, kind, attribute, value, name)
    for attribute, value, name in islice(_tried(TRANSPORT_RULE, "Rule"), rules):
        _make(provider, TRANSPORT_RULE, attribute, value, name)


def _tried(kind: str, words: str) -> Iterator[tuple[Attribute, Value, str]]:
    """The attributes one after the other, each with a sample that isn't the default; then with its other one, and so
    on."""
    attributes = [found for found in KINDS[kind].writable if found.name not in _NOT_TRIED]
    number = 0
    for sample in cycle((0, 1)):
        for attribute in attributes:
            number += 1
            yield attribute, _telling(attribute)[sample], f"{words} {number}: {attribute.name}"[:64]


def _telling(attribute: Attribute) -> tuple[Value, Value]:
    one, two = samples(attribute)
    usual = None if attribute.default is None else attribute.default.value
    return (two, one) if same(attribute, one, usual, Directory()) else (one, two)


def _make(provider: Provider, kind: str, attribute: Attribute, value: Value, name: str) -> None:
    if attribute.form is Form.CONNECTOR:
        value = WAY_OUT
    wanted: dict[str, Value] = {"name": name, **_LEAST[kind], **companions(attribute)}
    if attribute.name == "use_mx_record" and value is True:
        wanted["smart_hosts"] = ()
    wanted |= {attribute.name: value} if attribute.create else {}
    made = done(provider.create(kind, wanted))
    if not attribute.create:
        done(provider.update(kind, made.id, {attribute.name: value}))


def _domain(provider: Provider, number: int, count: int) -> None:
    name = f"d{number}.contoso.com"
    done(provider.create(ACCEPTED_DOMAIN, {"domain": name}))
    done(provider.update(ACCEPTED_DOMAIN, name, {"verified": True}))
    done(provider.update(ACCEPTED_DOMAIN, name, {"email": True}))
    attributes = [found for found in KINDS[ACCEPTED_DOMAIN].writable if found.name not in _NOT_TRIED]
    if number < len(attributes):
        attribute = attributes[number]
        value = samples(attribute)[-1 if attribute.name == "domain_type" else 0]
        done(provider.update(ACCEPTED_DOMAIN, name, {**companions(attribute), attribute.name: value}))
