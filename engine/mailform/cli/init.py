"""`mailform init`: a configuration to begin with, and what keeps the state out of the repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mailform.cli.common import Common, with_common

IGNORED = (
    "mailform.state.json",
    "mailform.state.json.*",
    "mailform.state.lock",
    "mailform.state.journal",
    "mailform.state.versions/",
    ".mailform/",
    "*.mfplan",
)
"""What doesn't belong into a repository: states and plans hold values that may be secret."""

_NEXT = """\
Next:
  mailform plan     shows what would change
  mailform apply    changes it: in the sandbox, until [tenant] names a real cloud"""


def register(app: typer.Typer) -> None:
    app.command("init", help="Write a mailform.toml to begin with, unless there is a configuration.")(
        with_common(command)
    )


def command(
    common: Common,
    migrate_state: Annotated[
        bool, typer.Option("--migrate-state", help="Comes with the remote backends, in a later version.")
    ] = False,
) -> None:
    from mailform.cli import desk
    from mailform.cli.later import later
    from mailform.configuration.files import MAIN
    from mailform.configuration.starter import STARTER
    from mailform.render.escape import shown

    if migrate_state:
        raise later("--migrate-state", "the state stays beside the configuration: [backend] has one type, local")
    there = configured(common.directory)
    if there:
        loaded = desk.configuration(common)
        desk.warn(common, loaded.warnings)
    else:
        write_new_file(common.directory / MAIN, STARTER)
    added = ignore(common.directory / ".gitignore")
    if common.json:
        desk.say_json({"created": not there, "files": list(there) or [MAIN], "ignored": list(added)})
        return
    if common.quiet:
        return
    if there:
        desk.say("There is a configuration already, and it is valid; nothing of it was changed.")
    else:
        desk.say(
            f"Wrote {shown(str(common.directory / MAIN))}: mail that goes over a signature service and comes back."
        )
    if added:
        desk.say("Added to .gitignore: " + ", ".join(added))
    desk.say(_NEXT)


def configured(directory: Path) -> tuple[str, ...]:
    """The names of the configuration's files that are there, whatever they are. Raises Unusable."""
    from mailform.configuration.files import MAIN, SUFFIX
    from mailform_state.files import usable

    with usable(f"{directory} can't be read:"):
        return tuple(sorted(name for name in os.listdir(directory) if name == MAIN or name.endswith(SUFFIX)))


def write_new_file(path: Path, text: str) -> None:
    """A file of the user's that isn't there yet. Raises Unusable, also when somebody made it meanwhile."""
    from mailform_state.files import usable

    with usable(f"{path} can't be written:"), path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def ignore(path: Path) -> tuple[str, ...]:
    """Adds to a .gitignore what is missing there, and answers with it. Nothing is ever taken out."""
    from mailform_state.files import read_ours, rewrite_whole, usable

    found = read_ours(path, 1 << 20)
    before = b"" if found is None else found
    lines = {line.strip() for line in before.decode("utf-8", "replace").splitlines()}
    missing = tuple(line for line in IGNORED if line not in lines and f"/{line}" not in lines)
    if found is None:
        write_new_file(path, "".join(f"{line}\n" for line in missing))
    elif missing:
        gap = b"" if before.endswith(b"\n") or not before else b"\n"
        with usable(f"{path} can't be written:"):
            rewrite_whole(path, before + gap + "".join(f"{line}\n" for line in missing).encode())
    return missing
