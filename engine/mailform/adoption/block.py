"""One object as the block that describes it. Only what says something is written: what differs from the service's
default, and whatever a rule's sections hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailform.adoption.links import Links
from mailform.adoption.spelling import spelled, tells
from mailform.adoption.toml import pair
from mailform.configuration.findings import escaped
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute
from mailform_state.address import Address
from mailform_state.values import Value

ORDER = "order"
"""Stands among the attributes that may be left out, though it is a rule's place and no attribute."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An object that is taken over, and the address that it gets."""

    address: Address
    seen: Observed


def block(chosen: Chosen, links: Links, after: Address | None = None, unwritten: Collection[str] = ()) -> str:
    """The TOML of a resource that would be planned without a change. `after` is the rule that it follows; `unwritten`
    names attributes that are not to be written."""
    kind = KINDS[chosen.seen.kind]
    lines = [f"[{chosen.address}]"]
    own = [found for found in kind.writable if found.section is None and found.name not in unwritten]
    lines += _pairs(own, chosen.seen, links)
    if after is not None and ORDER not in unwritten:
        lines.append(f'order = {{ after = "{after}" }}')
    tables = []
    for section in kind.sections:
        inside = list(_pairs([found for found in kind.writable if found.section == section], chosen.seen, links))
        if inside:
            tables.append("\n".join([f"[{chosen.address}.{section}]", *inside]))
        elif section == "conditions":
            lines.append("conditions = {}")  # all messages: that has to be said
    return "\n\n".join(["\n".join(lines), *tables]) + "\n"


def comment(seen: Observed) -> str:
    """Which object a block is, and who changed it last, as far as the service says; empty when it says nothing."""
    told = [] if seen.id.casefold() == seen.name.casefold() else [escaped(seen.id)]
    who, when = seen.changed_by, seen.changed_at
    if who or when:
        by = f" by {escaped(who)}" if who else ""
        told.append(f"last changed{by}{f' at {escaped(when)}' if when else ''}")
    return f"# {', '.join(told)}\n" if told else ""


def _pairs(attributes: Collection[Attribute], seen: Observed, links: Links) -> Iterator[str]:
    for attribute in attributes:
        value = spelled(attribute, seen.attributes.get(attribute.name))
        if tells(attribute, value):
            yield pair(attribute.name.rpartition(".")[2], referring(attribute, value, links))


def referring(attribute: Attribute, value: Value, links: Links) -> Value:
    """A value with references where there is something to refer to, and with nothing that only looks like one."""
    match value:
        case str():
            return links.reference(attribute, value) or value.replace("${", "$${")
        case tuple():
            return tuple(referring(attribute, item, links) for item in value)
        case _:
            return value
