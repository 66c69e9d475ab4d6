"""One attribute that somebody changed in the tenant: the edits of its block that say the same, or why there are none.

What a person wrote as an expression is never overwritten by a value; a reference, only by another reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mailform.adoption.block import referring
from mailform.adoption.links import Links
from mailform.adoption.spelling import spelled, unspeakable
from mailform.adoption.toml import pair
from mailform.configuration.findings import shown
from mailform.configuration.rewriting import Append, Drop, Edit, Strike, Write
from mailform.diagnostics import Diagnostic, Position
from mailform.expression import Reference, Template
from mailform.planning.compare import Comparison, everything, ignoring, is_ignored
from mailform.planning.steps import Difference
from mailform.wanted import Resource, Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds.schema import Attribute, Form
from mailform_providers.normal import EMPTY, normal
from mailform_state.values import Recorded, Value

Said: TypeAlias = "tuple[Edit, ...] | Diagnostic"


@dataclass(frozen=True, slots=True)
class Written:
    """A resource as its block writes it (`data` is the block's TOML) and what that comes to, with what is recorded of
    it and what the tenant has."""

    resource: Resource
    data: Mapping[str, object]
    wanted: Wanted
    recorded: Recorded
    current: Observed
    comparison: Comparison
    links: Links

    def raw(self, name: str) -> object:
        """What the file has for an attribute; None when it isn't written."""
        found: object = self.data
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def at(self, name: str) -> Position:
        return self.resource.positions.get(name, self.resource.position)

    def agrees(self, attribute: Attribute) -> bool:
        """Whether the block says already what the tenant has, or leaves it to others."""
        if is_ignored(attribute.name, ignoring(self.wanted, self.recorded)):
            return True
        value = everything(self.comparison.kind, self.wanted).get(attribute.name)
        if value is None and attribute.section is None and attribute.default is not None:
            value = attribute.default.value
        return self.comparison.agrees(attribute, value, None, self.current)


def said(written: Written, difference: Difference) -> Said:
    """The edits after which the block says what the tenant has; none when it says so already."""
    attribute = written.comparison.kind.attributes[difference.attribute]
    if written.agrees(attribute):
        return ()
    if difference.sensitive or attribute.name in written.resource.sensitive:
        message = f"the tenant has another `{attribute.name}`, and it is sensitive: nothing secret goes into a file"
        return _refused(written, attribute, "sensitive", message, "set the variable that it comes from")
    seen = written.current.attributes.get(attribute.name)
    if strange := unspeakable(attribute, seen):
        message = f"the tenant has `{attribute.name}` = {shown(strange[0])}, which a configuration can't say"
        hint = "set it back with --revert, or leave it to others: `lifecycle = { ignore_changes = … }`"
        return _refused(written, attribute, "unspeakable", message, hint)
    if written.resource.address.key is not None:
        return _by_hand(written, attribute, "the block is every key's, so the value of one can't be written into it")
    if seen is None and attribute.section is None and attribute.form in (Form.SWITCH, Form.NUMBER):
        return _by_hand(written, attribute, f"the tenant shows no `{attribute.name}` any more")
    raw = written.raw(attribute.name)
    if isinstance(raw, str) and _is_expression(raw):
        return _another_reference(written, attribute, seen)
    if isinstance(raw, list) and (seen or any(map(_is_expression, raw))):
        return _relisted(written, attribute, raw, seen)
    return (_plain(written, attribute, seen),)


def _plain(written: Written, attribute: Attribute, seen: Value) -> Edit:
    """The whole value. In a section that is managed as a whole, what is empty is taken out; anywhere else it is written
    empty: without its line nobody would answer for it any more."""
    if normal(attribute, seen, written.comparison.observed) == EMPTY:
        if attribute.section is not None:
            return Strike(attribute.name)
        return Write(attribute.name, "[]" if attribute.is_list else '""')
    return Write(attribute.name, _toml(referring(attribute, spelled(attribute, seen), written.links)))


def _another_reference(written: Written, attribute: Attribute, seen: Value) -> Said:
    value = written.resource.attributes.get(attribute.name)
    is_reference = isinstance(value, Template) and len(value.parts) == 1 and isinstance(value.parts[0], Reference)
    link = written.links.reference(attribute, seen) if isinstance(seen, str) else None
    if is_reference and link is not None:
        return (Write(attribute.name, _toml(link)),)
    return _by_hand(written, attribute, f"`{attribute.name}` is written as an expression, which no value overwrites")


def _relisted(written: Written, attribute: Attribute, raw: Sequence[object], seen: Value) -> Said:
    """A list of which only what differs is touched, so that what stands beside its items stays."""
    value = written.wanted.attributes.get(attribute.name)
    if not isinstance(value, tuple) or len(value) != len(raw):
        return _by_hand(written, attribute, f"`{attribute.name}` has an expression whose value isn't known yet")

    def meant(item: Value) -> object:
        return normal(attribute, (item,), written.comparison.observed)

    told = spelled(attribute, seen if isinstance(seen, tuple) else (seen,))
    there = {meant(item): item for item in (told if isinstance(told, tuple) else ())}
    gone = [number for number, item in enumerate(value) if meant(item) not in there]
    if any(_is_expression(raw[number]) for number in gone):
        return _by_hand(written, attribute, f"`{attribute.name}` has an expression that the tenant has no value of")
    kept = {meant(item) for item in value}
    new = [referring(attribute, item, written.links) for key, item in there.items() if key not in kept]
    drops = [Drop(attribute.name, number) for number in reversed(gone)]
    return (*[Append(attribute.name, _toml(item)) for item in new], *drops)


def _by_hand(written: Written, attribute: Attribute, why: str) -> Diagnostic:
    value = spelled(attribute, written.current.attributes.get(attribute.name))
    told = () if value in (None, "", ()) else (pair(attribute.name.rpartition(".")[2], value),)
    message = f"{written.resource.address}: {why}"
    hint = (
        "change it there by hand. The tenant has it empty" if not told else "change it there by hand. The tenant has:"
    )
    return Diagnostic("by-hand", message, written.at(attribute.name), hint, paste="".join(told))


def _refused(written: Written, attribute: Attribute, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, f"{written.resource.address}: {message}", written.at(attribute.name), hint)


def _is_expression(raw: object) -> bool:
    return isinstance(raw, str) and "${" in raw.replace("$${", "")


def _toml(value: Value) -> str:
    return pair("x", value).partition(" = ")[2]
