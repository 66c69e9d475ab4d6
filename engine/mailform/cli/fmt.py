"""`mailform fmt`: the configuration's files in canonical form. Comments, order and values stay."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mailform.cli.common import Common, with_common
from mailform.exits import Exit


def register(app: typer.Typer) -> None:
    app.command("fmt", help="Write the configuration's files in canonical form.")(with_common(command))


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file that isn't in canonical form: its text, and what it would be."""

    before: str
    after: str


def command(
    common: Common,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when a file would change, and name it.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    from mailform.cli import desk
    from mailform.render.escape import shown
    from mailform_state.files import rewrite_whole, usable

    changing = rewrites(common.directory)
    if not (check or diff):
        for name, found in changing.items():
            with usable(f"{name} couldn't be written, and stays as it was:"):
                rewrite_whole(Path(name), found.after.encode())
    if common.json:
        desk.say_json({"changed": list(changing), "written": not (check or diff)})
    else:
        for name, found in changing.items():
            if diff:
                desk.say("".join(f"{line}\n" for line in unified(name, found)))
            elif not common.quiet:
                desk.say(shown(name))
    if check and changing:
        desk.leave(Exit.ERROR)


def rewrites(directory: Path) -> Mapping[str, Rewrite]:
    """The files of a folder that aren't in canonical form, by name. Raises Mistakes with everything unreadable."""
    from mailform.configuration.documents import Document, document
    from mailform.configuration.files import sources
    from mailform.configuration.findings import Findings
    from mailform.configuration.fmt import formatted
    from mailform.diagnostics import Mistakes

    findings = Findings()
    read = sources(directory, findings)
    parsed = [document(name, content) for name, content in read.items()]
    findings.extend(found for found in parsed if not isinstance(found, Document))
    if findings.wrong:
        raise Mistakes(findings.gathered())
    texts = {name: content.decode("utf-8") for name, content in read.items()}
    rewritten = {name: Rewrite(text, formatted(text, name)) for name, text in texts.items()}
    return {name: found for name, found in rewritten.items() if found.before != found.after}


def unified(name: str, found: Rewrite) -> Iterator[str]:
    """The difference as `diff -u` shows it, every line safe to look at."""
    from mailform.render.escape import shown

    before, after = ([*text.replace("\r\n", "\n").split("\n")] for text in (found.before, found.after))
    for line in difflib.unified_diff(before, after, name, f"{name} (formatted)", lineterm=""):
        yield "\t".join(shown(piece) for piece in line.split("\t"))
