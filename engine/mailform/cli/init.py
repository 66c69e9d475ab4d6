"""`mailform init`: a configuration to begin with, and what keeps the state out of the repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mailform.cli import options as shared
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
        bool, typer.Option("--migrate-state", help="Move the state to where [backend] says, from where it was.")
    ] = False,
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    from mailform.cli import desk
    from mailform.configuration.files import MAIN
    from mailform.configuration.starter import STARTER
    from mailform.render.escape import shown

    patience = shared.span(lock_timeout, "--lock-timeout").total_seconds()
    there = configured(common.directory)
    if there:
        loaded = desk.configuration(common)
        desk.warn(common, loaded.warnings)
        told = prepared(common, migrate=migrate_state, patience=patience)
    else:
        write_new_file(common.directory / MAIN, STARTER)
        told = ""
    added = ignore(common.directory / ".gitignore")
    if common.json:
        desk.say_json({"created": not there, "files": list(there) or [MAIN], "ignored": list(added)})
        return
    if common.quiet:
        return
    if there:
        desk.say("There is a configuration already, and it is valid; nothing of it was changed.")
        if told:
            desk.say(told)
    else:
        desk.say(
            f"Wrote {shown(str(common.directory / MAIN))}: mail that goes over a signature service and comes back."
        )
    if added:
        desk.say("Added to .gitignore: " + ", ".join(added))
    desk.say(_NEXT)


def prepared(common: Common, *, migrate: bool, patience: float) -> str:
    """Makes sure of the store that `[backend]` names, moves the state there if that is asked for, and says so. Raises
    Mistakes, Failure."""
    from mailform.cli import moving
    from mailform.configuration.backend import located
    from mailform.render.escape import shown
    from mailform_state.errors import Refused
    from mailform_state.opening import open_store
    from mailform_state.places import Backend, Local

    wanted = located(common.directory, common.backend_config)
    former = moving.former(common, wanted) or (moving.unsealed(common, wanted) if migrate else None)
    store = open_store(wanted, common.directory, dict(os.environ))
    if (former is None or former.place != wanted.place) and not isinstance(wanted.place, Local):
        store.prepare()
    if former is None:
        if migrate:
            raise Refused("There is no state to move: it is where [backend] says.", hint="Nothing has to be moved.")
        if wanted == Backend():
            return ""
        moving.remember(common, wanted)
        return f"The state is kept in {shown(store.where)}, which is ready."
    old = open_store(former, common.directory, dict(os.environ)).where
    if not migrate:
        what = f"is in {old}" if former.place != wanted.place else "is kept in another way"
        raise Refused(
            f"The state {what}, and [backend] says something else now.",
            hint="Move it: mailform init --migrate-state",
        )
    arrived = moving.migrate(common, former, wanted, patience)
    moving.remember(common, wanted)
    if arrived is None:
        return f"There was no state to move. It will be kept in {shown(store.where)}."
    serial, count = arrived.serial, len(arrived.resources)
    proof = f"serial {serial}, {count} resources, read again and the same"
    if former.place == wanted.place:
        return f"The state in {shown(store.where)} was sealed anew: {proof}. Earlier versions stay as they were."
    return f"Moved the state from {shown(old)} to {shown(store.where)}: {proof}. Earlier versions stay behind."


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
