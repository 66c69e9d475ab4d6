"""Reading the configuration's files. The only module here that touches the disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mailform.configuration.documents import MAX_BYTES
from mailform.configuration.findings import Findings
from mailform.diagnostics import Position
from mailform_state.regular import NotAFile, read_named

MAIN = "mailform.toml"
SUFFIX = ".mailform.toml"


def is_read(path: Path, directory: Path) -> bool:
    """Whether a file is one of the configuration's, by its name and place."""
    named = path.name == MAIN or path.name.endswith(SUFFIX)
    return named and path.resolve().parent == directory.resolve()


def sources(directory: Path, findings: Findings) -> Mapping[str, bytes]:
    """The bytes of `mailform.toml` and of every `*.mailform.toml` beside it, by the path as the user would write it.

    Links and everything that isn't a regular file are refused: a stranger's pull request could make a link to
    anything, and a mistake shows the line it is in.
    """
    try:
        names = sorted(name for name in os.listdir(directory) if name == MAIN or name.endswith(SUFFIX))
    except OSError as error:
        _unreadable(directory, error, findings, "name the folder of the configuration with -C DIR")
        return {}
    if not names:
        findings.error(
            "no-configuration",
            f"there is no {MAIN} in {_folder(directory)}",
            Position(str(directory / MAIN), 1, 1),
            "run `mailform init` here to begin with an example, or name the folder with -C DIR",
        )
    found = {str(directory / name): content(directory / name, findings, links=False) for name in names}
    return {name: read for name, read in found.items() if read is not None}


def content(path: Path, findings: Findings, *, links: bool) -> bytes | None:
    """One file's bytes, at most one more than MAX_BYTES; None when it can't be read (then it is among the findings).
    Never waits, whatever kind of file it is."""
    try:
        return read_named(path, MAX_BYTES, links=links)
    except OSError as error:
        _unreadable(path, error, findings, "check that the file is there and that you may read it")
    except NotAFile as found:
        _refused(path, found.what, findings)
    return None


def _refused(path: Path, what: str, findings: Findings) -> None:
    findings.error(
        "not-a-file",
        f"{path.name} is {what}",
        Position(str(path), 1, 1),
        "put the file itself there, or rename what is there",
    )


def _unreadable(path: Path, error: OSError, findings: Findings, hint: str) -> None:
    reason = error.strerror or str(error)
    findings.error("unreadable", f"{path.name or path} can't be read: {reason}", Position(str(path), 1, 1), hint)


def _folder(directory: Path) -> str:
    return "this folder" if directory == Path() else str(directory)
