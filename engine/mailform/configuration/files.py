"""Reading the configuration's files. The only module here that touches the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from mailform.configuration.documents import MAX_BYTES
from mailform.configuration.findings import Findings
from mailform.diagnostics import Position

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
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        if not links and stat.S_ISLNK(os.lstat(path).st_mode):
            _refused(path, "a link", findings)
            return None
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        _unreadable(path, error, findings, "check that the file is there and that you may read it")
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            _refused(path, "a folder" if path.is_dir() else "no regular file", findings)
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        _unreadable(path, error, findings, "check that the file is there and that you may read it")
        return None


def _refused(path: Path, what: str, findings: Findings) -> None:
    findings.error(
        "not-a-file",
        f"{path.name} is {what}",
        Position(str(path), 1, 1),
        "put the file itself there, or rename what is there",
    )


def _unreadable(path: Path, error: OSError | ValueError, findings: Findings, hint: str) -> None:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    findings.error("unreadable", f"{path.name or path} can't be read: {reason}", Position(str(path), 1, 1), hint)


def _folder(directory: Path) -> str:
    return "this folder" if directory == Path() else str(directory)
