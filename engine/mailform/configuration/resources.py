"""A resource's block, before its values are looked at: which attributes it writes, and what it says of its own life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mailform.configuration.blocks import Block
from mailform.configuration.findings import Findings, articled, did_you_mean, escaped, shown
from mailform.configuration.fixed import LifecycleShape
from mailform.configuration.instances import FOR_EACH, Instance, Instances
from mailform.configuration.mentions import mentioned
from mailform.configuration.places import written_places
from mailform.configuration.positions import Path
from mailform.configuration.scope import Each, Scope
from mailform.configuration.shapes import shaped
from mailform.wanted import Lifecycle, Place
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.kinds.schema import Attribute, Kind
from mailform_state.address import Address

PLACES = ("priority", "order")
_META = ("depends_on", "lifecycle", FOR_EACH)
_OWN: Mapping[str, tuple[str, ...]] = {
    TRANSPORT_RULE: PLACES,
    ACCEPTED_DOMAIN: ("on_destroy",),
    OUTBOUND_CONNECTOR: ("validation",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute as written: its row of the kind's table, and the path to its value in the block."""

    attribute: Attribute
    path: Path
    data: object


@dataclass(frozen=True, slots=True)
class Outline:
    """What a block writes. `rows` are by full name and hold only attributes that may be written; `unread` has the
    sections in which something else stands too."""

    address: Address
    block: Block
    each: Each | None
    rows: Mapping[str, Row]
    sections: frozenset[str]
    places: tuple[Place, ...]
    depends_on: tuple[Address, ...]
    lifecycle: Lifecycle
    on_destroy: Literal["forget", "delete"] | None
    validation: Literal["fail", "warn"] = "fail"
    unread: frozenset[str] = frozenset()


def outline(instance: Instance, known: Instances, scope: Scope, findings: Findings) -> Outline:
    """The outline of one instance of a block; `known` are all of them, `scope` an early one. What can't be written at
    all is among the findings and not in it."""
    address, block = instance.address, instance.block
    scope = scope.of(address, instance.each)
    kind = KINDS[address.kind]
    data: Mapping[str, object] = block.data if isinstance(block.data, dict) else {}
    rows = {row.attribute.name: row for row in _rows(kind, data, block, findings)}
    _missing(kind, rows, data, block, findings)
    return Outline(
        address=address,
        block=block,
        each=instance.each,
        rows=rows,
        sections=frozenset(section for section in kind.sections if isinstance(data.get(section), dict)),
        places=written_places(block, known, scope, findings) if kind.name == TRANSPORT_RULE else (),
        depends_on=_depends_on(data, block, known, scope, findings),
        lifecycle=_lifecycle(kind, data, block, findings),
        on_destroy=_on_destroy(data, block, findings) if kind.name == ACCEPTED_DOMAIN else None,
        validation=_validation(data, block, findings) if kind.name == OUTBOUND_CONNECTOR else "fail",
        unread=frozenset(section for section in kind.sections if _unread(section, data.get(section), rows)),
    )


def _rows(kind: Kind, data: Mapping[str, object], block: Block, findings: Findings) -> Iterator[Row]:
    for key, value in data.items():
        if key in kind.sections:
            if not isinstance(value, dict):
                hint = f"write `{key} = {{ … }}`"
                findings.error("wrong-type", f"`{key}` has to be a table", block.key(key), hint)
                continue
            for name, inner in value.items():
                yield from _row(kind, f"{key}.{name}", (key, name), inner, block, findings)
        elif not _is_own(kind, key):
            yield from _row(kind, key, (key,), value, block, findings)


def _unread(section: str, table: object, rows: Mapping[str, Row]) -> bool:
    return any(f"{section}.{name}" not in rows for name in table) if isinstance(table, dict) else table is not None


def _is_own(kind: Kind, key: str) -> bool:
    return key in _META or key in _OWN.get(kind.name, ())


def _row(kind: Kind, name: str, path: Path, data: object, block: Block, findings: Findings) -> Iterator[Row]:
    attribute = kind.attributes.get(name)
    if attribute is None:
        message = f"{articled(kind.name)} has no attribute `{escaped(name)}`"
        findings.error("unknown-attribute", message, block.key(*path), _nearest(kind, name))
    elif attribute.refused is not None:
        message = f"`{name}` can't be set: {attribute.refused.value}"
        findings.error("refused-attribute", message, block.key(*path), "take it out")
    else:
        yield Row(attribute, path, data)


def _nearest(kind: Kind, name: str) -> str:
    section, _, last = name.rpartition(".")
    elsewhere = [f"`{other}`" for other in kind.sections if f"{other}.{last}" in kind.attributes]
    if section and last in kind.attributes:
        return f"`{last}` stands on the resource itself, not in `{section}`"
    if elsewhere:
        return f"it belongs into {' or '.join(elsewhere)}"
    here = {found.name.rpartition(".")[2] for found in kind.attributes.values() if found.section == (section or None)}
    by_parameter = {found.parameter.casefold(): found.name for found in kind.attributes.values()}
    meant = by_parameter.get(last.replace("_", "").casefold())
    if meant is not None and meant.rpartition(".")[2] not in here:
        return f"did you mean `{meant}`?"
    own = () if section else (*kind.sections, *_META, *_OWN.get(kind.name, ()))
    return did_you_mean(last, (*here, *own), f"`mailform schema` lists the attributes of {articled(kind.name)}")


def _missing(kind: Kind, rows: Mapping[str, Row], data: Mapping[str, object], block: Block, findings: Findings) -> None:
    for attribute in kind.attributes.values():
        if attribute.required and attribute.name not in rows:
            message = f"{block.title} has no `{attribute.name}`"
            findings.error("missing-attribute", message, block.position, f"add `{attribute.name} = …`")
    if "conditions" in kind.sections and "conditions" not in data:
        hint = "add `conditions = { … }`; `conditions = {}` says that it is for all messages"
        findings.error("missing-conditions", f"{block.title} has no `conditions`", block.position, hint)


def _depends_on(
    data: Mapping[str, object], block: Block, known: Instances, scope: Scope, findings: Findings
) -> tuple[Address, ...]:
    if "depends_on" not in data:
        return ()
    listed = data["depends_on"]
    if not isinstance(listed, list):
        hint = 'write `depends_on = ["kind.name"]`'
        findings.error("wrong-type", "`depends_on` has to be a list of addresses", block.value("depends_on"), hint)
        return ()
    found: dict[Address, None] = {}
    for index, text in enumerate(listed):
        at = block.value("depends_on", index)
        named = mentioned(text, known, scope, at, findings)
        if named is None:
            hint = "name a resource of the configuration, such as inbound_connector.x"
            findings.error("bad-address", f"`depends_on` takes addresses, and {shown(text)} is none", at, hint)
        elif scope.owner in named:
            findings.error("self-reference", "a resource can't depend on itself", at, "take it out of `depends_on`")
        else:
            found.update(dict.fromkeys(named))
    return tuple(found)


def _lifecycle(kind: Kind, data: Mapping[str, object], block: Block, findings: Findings) -> Lifecycle:
    shape = shaped(LifecycleShape, block, findings, "lifecycle") if "lifecycle" in data else None
    if shape is None:
        return Lifecycle()
    if shape.ignore_changes is None:
        return Lifecycle(shape.prevent_destroy)
    names = ["all"] if isinstance(shape.ignore_changes, str) else [*shape.ignore_changes]
    known = ("all", *kind.attributes, *kind.sections, *(PLACES if kind.name == TRANSPORT_RULE else ()))
    for index, name in enumerate(names):
        if name not in known:
            at = block.value("lifecycle", "ignore_changes", index)
            hint = did_you_mean(name, known, 'name an attribute or a section, or write "all"')
            findings.error(
                "unknown-attribute", f"{articled(kind.name)} has no attribute {shown(name)} to ignore", at, hint
            )
    return Lifecycle(shape.prevent_destroy, frozenset(names))


def _validation(data: Mapping[str, object], block: Block, findings: Findings) -> Literal["fail", "warn"]:
    match data.get("validation", "fail"):
        case "fail":
            return "fail"
        case "warn":
            return "warn"
        case other:
            message = f"`validation` can't be {shown(other)}"
            findings.error("unknown-value", message, block.value("validation"), 'write "fail" or "warn"')
            return "fail"


def _on_destroy(data: Mapping[str, object], block: Block, findings: Findings) -> Literal["forget", "delete"] | None:
    match data.get("on_destroy", "forget"):
        case "forget":
            return "forget" if "on_destroy" in data else None
        case "delete":
            return "delete"
        case other:
            message = f"`on_destroy` can't be {shown(other)}"
            findings.error("unknown-value", message, block.value("on_destroy"), 'write "forget" or "delete"')
            return None
