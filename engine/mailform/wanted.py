"""What a configuration says, as values: the first of the three things that planning compares.

`configuration.load` makes a `Configuration` offline; `resolve` fills in what is known of the tenant (GUIDs, proofs)
and gives the `Wanted` of each resource. Neither says anything about what the tenant has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Literal, TypeAlias

from mailform.diagnostics import Diagnostic, Position
from mailform.expression import Expression, Lookup, Reference, Template, Unknown, evaluate, references
from mailform.zone import Zone, covering
from mailform_state.address import Address
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class Tenant:
    """The tenant that a configuration is for: a GUID or one of its domains, and its cloud."""

    id: str
    cloud: str
    position: Position


@dataclass(frozen=True, slots=True)
class Priority:
    """A rule's place by number: 0 is first, over all rules of the tenant; beyond the end is last."""

    number: int


@dataclass(frozen=True, slots=True)
class After:
    """A rule's place: anywhere after these rules."""

    rules: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """A rule's place: anywhere before these rules."""

    rules: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class At:
    """A rule's place: the very first or last of all rules of the tenant."""

    end: Literal["first", "last"]


Place: TypeAlias = Priority | After | Before | At


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a resource says of its own life. None: it doesn't say, and what the state remembers counts."""

    prevent_destroy: bool | None = None
    ignore_changes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource block. `attributes` are by full name (`conditions.from_scope`), variables and locals filled in,
    references to other resources still in place. `places` is empty when the rule says nothing of its place (several:
    `{ after = …, before = … }`). `sections` has the sections that were written, also the empty ones.
    `sensitive` names the attributes into which a sensitive variable went."""

    address: Address
    attributes: Mapping[str, Expression]
    position: Position
    positions: Mapping[str, Position] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    sections: frozenset[str] = frozenset()
    depends_on: tuple[Address, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    on_destroy: Literal["forget", "delete"] | None = None
    validation: Literal["fail", "warn"] = "fail"
    sensitive: frozenset[str] = frozenset()
    references: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True)
class Moved:
    """`[[moved]]`: a resource has another address now; the object stays what it is."""

    origin: Address
    target: Address
    position: Position


@dataclass(frozen=True, slots=True)
class Import:
    """`[[import]]`: the object that the tenant has already, by GUID, name or domain, is what `target` manages."""

    target: Address
    id: str
    position: Position


@dataclass(frozen=True, slots=True)
class Removed:
    """`[[removed]]`: the state lets go of what it has at `origin`, and the object stays as it is."""

    origin: Address
    position: Position

    def covers(self, address: Address) -> bool:
        """Whether it speaks of a resource: without a key, of those with keys too."""
        return self.origin in (address, replace(address, key=None))


@dataclass(frozen=True, slots=True)
class OutputBlock:
    """`[outputs.NAME]`."""

    value: Expression
    sensitive: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole configuration, free of errors; `warnings` is what it was warned of. `digest` covers every file's bytes
    and every variable's value (as sha256:…), so that a saved plan can tell whether it is still the same. `dns` is the
    zone in which proofs may be published. `keys` has those of each block with `for_each`, by its address."""

    tenant: Tenant
    resources: Mapping[Address, Resource]
    moved: tuple[Moved, ...] = ()
    imports: tuple[Import, ...] = ()
    removed: tuple[Removed, ...] = ()
    outputs: Mapping[str, OutputBlock] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    sensitive_variables: frozenset[str] = frozenset()
    digest: str = ""
    warnings: tuple[Diagnostic, ...] = ()
    dns: Zone | None = None
    keys: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one resource is to be. `attributes` has what is written (Unknown: known after apply). `dependencies` are
    all resources that have to be there first, whether referred to or named in depends_on. `dns_zone`: of a domain, the
    zone in which its proof is published; empty when nobody but its owner can."""

    address: Address
    attributes: Mapping[str, Value | Unknown]
    position: Position
    places: tuple[Place, ...] = ()
    sections: frozenset[str] = frozenset()
    dependencies: frozenset[Address] = frozenset()
    lifecycle: Lifecycle = Lifecycle()
    on_destroy: Literal["forget", "delete"] | None = None
    validation: Literal["fail", "warn"] = "fail"
    sensitive: frozenset[str] = frozenset()
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    dns_zone: str = ""

    @property
    def kind(self) -> str:
        return self.address.kind


Facts: TypeAlias = Mapping[Address, Mapping[str, Value]]
"""What is known of each resource's object beyond the configuration: `id`, and a domain's `verified` and so on."""


def resolve(configuration: Configuration, facts: Facts) -> Mapping[Address, Wanted]:
    """What is wanted, with every reference filled in that `facts` and the configuration can answer."""
    lookup = Answers(configuration, facts)
    resources = configuration.resources
    # Each after what it refers to, so that a long chain of references is answered link by link.
    order = TopologicalSorter({address: found.references for address, found in resources.items()}).static_order()
    values = {address: _values(resources[address], lookup) for address in order if address in resources}
    return {
        address: Wanted(
            address=address,
            attributes=values[address],
            position=resource.position,
            places=resource.places,
            sections=resource.sections,
            dependencies=resource.references | frozenset(resource.depends_on),
            lifecycle=resource.lifecycle,
            on_destroy=resource.on_destroy,
            validation=resource.validation,
            sensitive=resource.sensitive,
            expressions=resource.attributes,
            dns_zone=covering(configuration.dns, values[address].get("domain")),
        )
        for address, resource in resources.items()
    }


def records_asked_for(configuration: Configuration) -> frozenset[Address]:
    """The domains whose DNS records the configuration refers to; each costs calls of its own, so nobody else's are
    read."""
    written = [
        expression for resource in configuration.resources.values() for expression in resource.attributes.values()
    ]
    published = [output.value for output in configuration.outputs.values()]
    return frozenset(
        found.address
        for expression in (*written, *published)
        for found in references(expression)
        if found.attribute in ("verification_txt", "verification_mx", "mail_exchange")
    )


def _values(resource: Resource, lookup: Lookup) -> Mapping[str, Value | Unknown]:
    return {name: evaluate(expression, lookup) for name, expression in resource.attributes.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """A lookup over a configuration and the facts of the tenant. The configuration must be free of cycles.

    It remembers its answers: a chain in which each attribute refers to the next twice would take forever otherwise."""

    configuration: Configuration
    facts: Facts
    _answered: dict[Reference, Value | Unknown] = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, reference: Reference) -> Value | Unknown:
        if reference not in self._answered:
            self._answered[reference] = self._answer(reference)
        return self._answered[reference]

    def _answer(self, reference: Reference) -> Value | Unknown:
        known = self.facts.get(reference.address, {})
        resource = self.configuration.resources[reference.address]
        if reference.attribute in resource.attributes:
            value = evaluate(resource.attributes[reference.attribute], self)
        elif reference.attribute in known:
            value = known[reference.attribute]
        else:
            return Unknown(Template((reference,)))
        return value if isinstance(value, Unknown) else descend(value, reference.path)


def descend(value: Value, path: tuple[str | int, ...]) -> Value:
    """The part of a value that `.key` and `[n]` name. Raises LookupError when it has no such part."""
    for step in path:
        match value, step:
            case Mapping(), str():
                value = value[step]
            case tuple(), int():
                value = value[step]
            case _:
                raise LookupError(step)
    return value
