"""Attributes one a line, aligned: `+ name: "a"`, `~ name: "a" -> "b"`, and of lists only the items that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mailform.expression import Unknown
from mailform.planning.steps import Difference, Note
from mailform.render.detail import Entry, entries, items, meaning
from mailform.render.escape import shown
from mailform.render.figures import figure
from mailform.render.palette import Ink, Palette
from mailform.render.value import SENSITIVE, change, empty, text
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Attribute
from mailform_state.values import Value

_INKS = {"+": Ink.ADDED, "~": Ink.CHANGED, "-": Ink.REMOVED}
_WIDE = 100
"""From how many characters on a list takes a line an item."""

_WIDEST_NAME = 48


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute: its sign, what stands behind its name, and lines of their own (sign, text) below it."""

    sign: str
    name: str
    rest: str
    note: str = ""
    below: tuple[tuple[str, str], ...] = ()


def laid_out(lines: Iterable[Line], paint: Palette, indent: str) -> Iterator[str]:
    """The lines as text, the values of all of them in one column."""
    told = tuple(replace(line, name=shown(line.name)) for line in lines)
    width = min(max((len(line.name) for line in told), default=0), _WIDEST_NAME) + 1
    for line in told:
        sign = paint(line.sign, _INKS[line.sign]) if line.sign in _INKS else line.sign
        note = "  " + paint(f"# {line.note}", Ink.FAINT) if line.note else ""
        yield f"{indent}{sign} {line.name + ':':<{width}} {line.rest}{note}".rstrip()
        for mark, item in line.below:
            yield f"{indent}    {paint(mark, _INKS[mark]) if mark in _INKS else mark} {item}"


def written(sign: str, name: str, value: Value | Unknown, *, hidden: bool) -> Line:
    """An attribute of an object that comes (`+`) or goes (`-`) whole."""
    shown = text(value, sensitive=hidden)
    if not hidden and isinstance(value, tuple) and len(shown) > _WIDE:
        return Line(sign, name, figure(len(value), "item"), below=tuple((sign, text(item)) for item in value))
    return Line(sign, name, shown)


def differing(kind: str, found: Difference, *, hidden: bool) -> Line:
    """An attribute that changes."""
    note = "" if found.note is None else found.note.value
    before, after = found.before, found.after
    if found.note is Note.RELEASED:
        return Line(" ", found.attribute, text(before, sensitive=hidden), note)
    if empty(before) != empty(after):
        sign, value = ("+", after) if empty(before) else ("-", before)
        line = written(sign, found.attribute, value, hidden=hidden)
        return Line(line.sign, line.name, line.rest, note, line.below)
    if hidden:
        return Line("~", found.attribute, f"{SENSITIVE} -> {SENSITIVE}", note)
    attribute = KINDS[kind].attributes.get(found.attribute) if kind in KINDS else None
    below, rest = _inside(attribute, before, after)
    return Line("~", found.attribute, rest or change(before, after), note, below)


def _inside(
    attribute: Attribute | None, before: Value, after: Value | Unknown
) -> tuple[tuple[tuple[str, str], ...], str]:
    """The detail of a list or table that changes, and what stands on its own line; both empty for other values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _of_table(before, after), "a table"
    if isinstance(after, Unknown) or not (isinstance(before, tuple) or isinstance(after, tuple)):
        return (), ""
    lists = (_listed(before), _listed(after))
    found = items(*lists) if attribute is None else items(*lists, meaning(attribute))
    if not found.removed and not found.added:
        return (), ""  # only how often or in which order: the line itself has to show it
    below = (*(("-", text(item)) for item in found.removed), *(("+", text(item)) for item in found.added))
    return below, f"{len(found.removed)} out, {len(found.added)} in, {found.kept} unchanged"


def _of_table(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    return tuple(_of_entry(entry) for entry in entries(before, after))


def _of_entry(entry: Entry) -> tuple[str, str]:
    path = shown(entry.path)
    if entry.came:
        return "+", f"{path}: {text(entry.after)}"
    if entry.went:
        return "-", f"{path}: {text(entry.before)}"
    return "~", f"{path}: {change(entry.before, entry.after)}"


def _listed(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)
