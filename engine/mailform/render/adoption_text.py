"""An adoption in words: what was taken over and what not, like things together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mailform.adoption.adopt import Adoption
from mailform.adoption.left_out import LeftOut
from mailform.render.escape import quoted, shown
from mailform.render.shape import json
from mailform_providers.exchange.exported import Unread
from mailform_providers.kinds import KINDS

MOST = 5
"""How many objects of which the same is to be said are named."""


def taken(found: Adoption, written: Path, *, recorded: bool) -> str:
    """What was taken over, where it is, and what to do next."""
    managed = f" {found.managed} managed already." if found.managed else ""
    if not found.chosen:
        return f"Nothing to import; no file was written.{managed}"
    counts = Counter(one.seen.kind for one in found.chosen)
    told = ", ".join(_counted(counts[kind], kind) for kind in KINDS if counts[kind])
    if recorded:
        head = f"Imported {told} into {shown(str(written))}. The tenant wasn't touched.{managed}"
        return f"{head}\nA plan of what was written is empty. See for yourself: mailform plan"
    return f"Wrote {told} to {shown(str(written))}. No tenant was asked.{managed}\nCheck it: mailform validate"


def left_out(found: Adoption, unread: Sequence[Unread] = ()) -> str:
    """What was left out, per object and attribute; empty when nothing was."""
    objects = [one for one in found.left_out if one.attribute is None]
    parts = [one for one in found.left_out if one.attribute is not None]
    lines = [f"  {shown(one.where)}: {shown(one.reason)}" for one in unread]
    if objects or lines:
        lines = [f"Left out, {len(objects) + len(unread)}:", *lines]
    lines += [f"  {_words(one.kind)} {_named(one)}: {shown(one.reason)}" for one in objects]
    if parts:
        lines.append("Not written, since a configuration can't have it:")
        lines += [f"  {line}" for line in _grouped(parts)]
    return "\n".join(lines)


def commented(text: str) -> str:
    """The same as comments, for the end of a file."""
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _grouped(parts: Iterable[LeftOut]) -> Iterable[str]:
    groups: dict[tuple[str, str, str, str], list[LeftOut]] = {}
    for one in parts:
        value = one.value if isinstance(one.value, bool) or one.attribute == "connector_source" else None
        key = (one.kind, str(one.attribute), "" if value is None else _value(one), one.reason)
        groups.setdefault(key, []).append(one)
    for (kind, attribute, value, reason), members in groups.items():
        if len(members) == 1:
            (one,) = members
            yield f"{attribute} = {_value(one)} of {_words(kind)} {_named(one)}: {shown(reason)}"
        else:
            names = ", ".join(map(_named, members[:MOST])) + (", …" if len(members) > MOST else "")
            yield f"{attribute}{f' = {value}' if value else ''} of {_counted(len(members), kind)}: {shown(reason)}"
            yield f"  {names}"


def _value(one: LeftOut) -> str:
    value = json(one.value)
    text = (
        quoted(value)
        if isinstance(value, str)
        else shown(str(value).lower() if isinstance(value, bool) else str(value))
    )
    return text if len(text) <= 60 else f"{text[:59]}…"


def _named(one: LeftOut) -> str:
    return quoted(one.name) + (f" ({shown(one.id)})" if one.id.casefold() != one.name.casefold() else "")


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _counted(number: int, kind: str) -> str:
    return f"{number} {_words(kind)}{'' if number == 1 else 's'}"
