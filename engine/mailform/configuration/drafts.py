"""All resources with their values: references resolved as far as that goes offline, and every value checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from mailform.configuration.attributes import conform, expected
from mailform.configuration.cycles import cycles, in_order
from mailform.configuration.draft import BROKEN, Draft
from mailform.configuration.evaluation import Answers, Unanswerable
from mailform.configuration.findings import Findings
from mailform.configuration.resources import PLACES, Outline, Row
from mailform.configuration.scope import Filled, Scope
from mailform.configuration.substitution import filled
from mailform.expression import Expression, Items, Table, Template, Unknown, references
from mailform.wanted import Resource
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Type
from mailform_state.address import Address
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class Drafts:
    """Every resource's draft, and the answers that outputs may ask for."""

    found: Mapping[Address, Draft]
    answers: Answers

    @property
    def resources(self) -> Mapping[Address, Resource]:
        return {address: draft.resource for address, draft in self.found.items()}


def drafts(outlines: Iterable[Outline], scope: Scope, findings: Findings) -> Drafts:
    """All resources, filled in and checked one by one, each after those that it refers to."""
    rows = {found.address: found for found in outlines}
    fillings = {
        address: _fill(found, scope.of(address, found.each), findings.of(address)) for address, found in rows.items()
    }
    resources = _contagious({address: _resource(found, fillings[address]) for address, found in rows.items()})
    answers = Answers()
    checked = {
        address: _checked(resources[address], rows[address], fillings[address], answers, findings.of(address))
        for address in _in_order(resources, findings)
    }
    return Drafts({address: checked[address] for address in rows}, answers)


def _fill(found: Outline, scope: Scope, findings: Findings) -> Mapping[str, Filled]:
    return {name: _fill_row(found, row, scope, findings) for name, row in found.rows.items()}


def _fill_row(found: Outline, row: Row, scope: Scope, findings: Findings) -> Filled:
    given = row.data if isinstance(row.data, list) else [row.data]
    if row.attribute.type is not Type.TIMESTAMP and any(isinstance(item, date | time) for item in given):
        message = f"`{row.attribute.name}` has to be {expected(row.attribute)}, not a date"
        findings.error("wrong-type", message, found.block.value(*row.path), f"write {expected(row.attribute)}")
        return Filled("", broken=True)
    return filled(row.data, found.block, row.path, scope, findings)


def _resource(found: Outline, filling: Mapping[str, Filled]) -> Resource:
    block = found.block
    own = block.data if isinstance(block.data, dict) else {}
    others = (*PLACES, *KINDS[found.address.kind].sections, "depends_on", "lifecycle", "on_destroy", "validation")
    sound = {name: one.expression for name, one in filling.items() if not one.broken}
    return Resource(
        address=found.address,
        attributes=sound,
        position=block.position,
        positions={
            **{key: block.key(key) for key in others if key in own},
            **{name: block.value(*row.path) for name, row in found.rows.items()},
        },
        places=found.places,
        sections=found.sections,
        depends_on=found.depends_on,
        lifecycle=found.lifecycle,
        on_destroy=found.on_destroy,
        validation=found.validation,
        sensitive=frozenset(name for name, one in filling.items() if one.sensitive),
        references=frozenset(reference.address for one in sound.values() for reference in references(one)),
    )


def _in_order(resources: Mapping[Address, Resource], findings: Findings) -> tuple[Address, ...]:
    needs = {address: (*sorted(found.references), *found.depends_on) for address, found in resources.items()}
    circular: dict[Address, None] = {}
    for circle in cycles(needs):
        names = " -> ".join(f"`{address}`" for address in (*circle, circle[0]))
        hint = "write one of the values out, or take out a `depends_on`"
        findings.error("cycle", f"these need each other: {names}", resources[circle[0]].position, hint)
        circular.update(dict.fromkeys(circle))
    return (*circular, *in_order({address: needed for address, needed in needs.items() if address not in circular}))


def _contagious(resources: Mapping[Address, Resource]) -> Mapping[Address, Resource]:
    """What refers to something sensitive is sensitive too."""
    while True:
        spread = {address: _caught(found, resources) for address, found in resources.items()}
        if all(spread[address] == found.sensitive for address, found in resources.items()):
            return resources
        resources = {address: replace(found, sensitive=spread[address]) for address, found in resources.items()}


def _caught(found: Resource, resources: Mapping[Address, Resource]) -> frozenset[str]:
    return found.sensitive | {name for name, one in found.attributes.items() if is_sensitive(one, resources)}


def is_sensitive(expression: Expression, resources: Mapping[Address, Resource]) -> bool:
    """Whether an expression refers to an attribute that a sensitive variable went into."""
    return any(
        reference.attribute in resources[reference.address].sensitive
        for reference in references(expression)
        if reference.address in resources
    )


def _checked(
    resource: Resource, found: Outline, filling: Mapping[str, Filled], answers: Answers, findings: Findings
) -> Draft:
    values: dict[str, Value | Unknown] = {}
    attributes = dict(resource.attributes)
    for name, one in filling.items():
        value, sample = _answered(found, name, one, answers, findings)
        secret = "(sensitive)" if name in resource.sensitive else None
        if not isinstance(value, Unknown):
            value = sample = _conforming(found, name, value, secret, findings)
        elif not isinstance(sample, Unknown):
            sample = _conforming(found, name, sample, secret or "what is known after apply", findings)
        answers.learn(resource.address, name, value, sample)
        values[name] = value
        if not isinstance(value, Unknown) and not isinstance(one.expression, Template | Items | Table):
            attributes[name] = value
    return Draft(replace(resource, attributes=attributes), values, found.unread)


def _answered(
    found: Outline, name: str, one: Filled, answers: Answers, findings: Findings
) -> tuple[Value | Unknown, Value | Unknown]:
    if one.broken:
        return BROKEN, BROKEN
    try:
        return answers.value(one.expression), answers.sample(one.expression)
    except Unanswerable as error:
        at = found.block.value(*found.rows[name].path)
        findings.error(error.code, f"`{name}`: {error.message}", at, error.hint)
        return BROKEN, BROKEN


def _conforming(found: Outline, name: str, value: Value, shown_as: str | None, findings: Findings) -> Value | Unknown:
    row = found.rows[name]
    kept, faults = conform(row.attribute, value, shown_as)
    for fault in faults:
        at = found.block.value(*row.path, *(() if fault.item is None else (fault.item,)))
        findings.error(fault.code, fault.message, at, fault.hint)
    return BROKEN if faults else kept
