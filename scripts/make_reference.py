"""Writes the parts of the reference that the program itself knows: attributes from `KINDS`, options from the commands.

    python scripts/make_reference.py            writes them
    python scripts/make_reference.py --check    exits 1 when one isn't as it would be written

A made part stands between `<!-- made: WHAT -->` and `<!-- /made -->`; everything around it is written by hand. The
admin centre's words are by hand too, in `admin_centre.toml` beside this file: no program knows them.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from mailform.cli.main import app
from mailform_providers.kinds import KINDS, MEANING
from mailform_providers.kinds.schema import Attribute, Form, Kind, Type

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "docs" / "reference"
LABELS: Mapping[str, Mapping[str, str]] = tomllib.loads((HERE / "admin_centre.toml").read_text("utf-8"))
COMMON = frozenset(
    {"directory", "var", "var_file", "backend_config", "json", "no_color", "quiet", "verbose", "version", "help"}
)
"""The options that every command takes; they have a table of their own."""

_MADE = re.compile(r"(<!-- made: (?P<what>[^>]+) -->\n).*?(<!-- /made -->)", re.DOTALL)
_TYPES = {
    Type.STRING: "string",
    Type.BOOLEAN: "`true` / `false`",
    Type.INTEGER: "number",
    Type.STRINGS: "list of strings",
    Type.SIZE: 'size: `"30MB"`, or bytes',
    Type.TIMESTAMP: "date and time",
    Type.GUID: "GUID",
    Type.TABLES: "list of tables",
}


def made(text: str) -> str:
    """A document with its made parts as they have to be."""
    return _MADE.sub(lambda found: f"{found[1]}{_part(found['what'])}{found[3]}", text)


def _part(what: str) -> str:
    subject, _, rest = what.partition(" ")
    makers: Mapping[str, Callable[[str], Iterator[str]]] = {
        "attributes": attributes,
        "labels": labels,
        "refused": refused,
        "meaning": meaning,
        "forms": forms,
        "options": options,
        "commands": commands,
    }
    return "\n".join(("", *makers[subject](rest), "", ""))


def attributes(name: str) -> Iterator[str]:
    """A kind's attributes, or one section of a rule's: `transport_rule.conditions`."""
    kind, _, section = name.partition(".")
    rows = [row for row in KINDS[kind].attributes.values() if (row.section or "") == section and row.refused is None]
    own = not section
    yield "| attribute | parameter | value |" + (" default | notes |" if own else " notes |")
    yield "|---|---|---|" + ("---|---|" if own else "---|")
    for row in rows:
        cells = [f"`{row.name.rpartition('.')[2]}`", f"`{row.parameter}`", _value(row)]
        cells += [_default(row)] if own else []
        yield _row((*cells, "; ".join(_notes(KINDS[kind], row))))


def labels(kind: str) -> Iterator[str]:
    """The admin centre's words for the common attributes."""
    yield "| in the admin centre | attribute | parameter |"
    yield "|---|---|---|"
    for label, name in LABELS[kind].items():
        assignment = re.match(r"[\w.]+", name)
        row = KINDS[kind].attributes.get(assignment[0] if assignment else name)
        if row is None or row.refused is not None:
            raise KeyError(f"admin_centre.toml: {kind} has no {name}")
        yield _row((label, f"`{name}`", f"`{row.parameter}`"))


def refused(kind: str) -> Iterator[str]:
    """What Mailform doesn't take, and why."""
    found = [row for row in KINDS[kind].attributes.values() if row.refused and row.section != "exceptions"]
    yield "| parameter | why not |"
    yield "|---|---|"
    for row in found:
        yield _row((f"`{row.parameter}`", row.refused.value if row.refused else ""))


def meaning(_: str) -> Iterator[str]:
    """What of a value counts, by the form of it."""
    yield "| form | two values are the same by |"
    yield "|---|---|"
    for form, said in MEANING.items():
        yield _row((form.value, said))


def forms(kind: str) -> Iterator[str]:
    """Which attributes of a kind have which form; a condition stands for the exception too."""
    by_form: dict[Form, list[str]] = {form: [] for form in MEANING}
    for row in KINDS[kind].writable:
        if row.form in by_form and row.section != "exceptions":
            by_form[row.form].append(f"`{row.name}`")
    yield "| form | attributes |"
    yield "|---|---|"
    for form, names in by_form.items():
        if names:
            yield _row((form.value, ", ".join(names)))


def options(name: str) -> Iterator[str]:
    """The options of a command, or the common ones of all."""
    command = _command("plan" if name == "common" else name)
    found = [
        one for one in command.params if one.param_type_name == "option" and (one.name in COMMON) == (name == "common")
    ]
    found = [one for one in found if one.name != "help"]
    if not found:
        yield "No options of its own."
        return
    yield "| option | |"
    yield "|---|---|"
    for one in found:
        meta = one.metavar or (None if isinstance(one.default, bool) or one.name == "verbose" else "N")
        spelled = ", ".join(f"`{text}{f' {meta}' if meta else ''}`" for text in one.opts)
        default = f" Default: `{one.default}`." if isinstance(one.default, str | int) and meta else ""
        yield _row((spelled, f"{one.help}{default}"))


def commands(_: str) -> Iterator[str]:
    """Every command with what its help says first."""
    yield "| command | |"
    yield "|---|---|"
    for name in typer.main.get_command(app).list_commands(None):  # type: ignore[arg-type]  # it needs no context
        said = (_command(name).short_help or _command(name).help or "").strip()
        yield _row((f"[`mailform {name}`](#{name})", said.partition("\n")[0]))


def _command(name: str) -> Any:
    found: Any = typer.main.get_command(app)
    for word in name.split():
        found = found.get_command(None, word)
    return found


def _value(row: Attribute) -> str:
    if row.values:
        one_of = ", ".join(f"`{value}`" for value in row.values)
        return f"list of {one_of}" if row.is_list else one_of
    return _TYPES[row.type]


def _default(row: Attribute) -> str:
    if row.default is None:
        return ""
    value = row.default.value
    text = (
        "`true`" if value is True else "`false`" if value is False else "empty" if value in ("", ()) else f"`{value}`"
    )
    return f"{text} ({row.default.source.value})"


def _notes(kind: Kind, row: Attribute) -> Iterator[str]:
    if row.required:
        yield "required"
    if row.max_length is not None:
        yield f"at most {row.max_length:,} characters" + (" each" if row.is_list else "")
    if row.on_premises:
        yield "`OnPremises` only"
    if not row.update and row.name != kind.naming:
        yield "a change replaces the object"
    if not row.create and kind.name != "accepted_domain":
        yield "written after the object is made"
    if row.implied_by is not None:
        yield f"with `{row.implied_by.rpartition('.')[2]}` alone: `{row.implied}`"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: list[str]) -> int:
    stale = []
    for path in sorted(REFERENCE.glob("*.md")):
        before = path.read_text("utf-8")
        after = made(before)
        if after != before:
            stale.append(path.name)
            if "--check" not in arguments:
                path.write_text(after, "utf-8")
    sys.stdout.writelines(f"{name}\n" for name in stale)
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
