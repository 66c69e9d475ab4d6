"""Regular files, and nothing that only has the name of one: a pipe would be waited for, a device may do something.

For every file that is read whole: ours (`files`, which follows no link) and those that the user names, where a link is
followed, since he may name what he likes. What happened is told by exceptions that say nothing to a user yet: whoever
reads knows what the file was to be good for.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_CAREFUL = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_SORTS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotAFile(Exception):
    """Something else than a regular file has the name. `what` says what, with its article."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def read_named(path: Path, limit: int, *, links: bool = True) -> bytes:
    """What a file holds that the user named, but never more than one byte over `limit`. Raises OSError, NotAFile."""
    return read(open_regular(path, os.O_RDONLY, links=links), limit)


def open_regular(path: Path, flags: int, *, links: bool) -> int:
    """A descriptor of a regular file, made with mode 0600 if `flags` say so. Raises OSError, NotAFile."""
    try:
        # Looked at before it is opened: opening a device may already do something.
        _require_regular(os.stat(path, follow_symlinks=links))
    except FileNotFoundError:
        pass  # `flags` may say to make it
    except ValueError:
        raise OSError(errno.EINVAL, "No file can have this name") from None
    try:
        descriptor = os.open(path, flags | _CAREFUL | (0 if links else getattr(os, "O_NOFOLLOW", 0)), 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):  # exchanged since we looked
            raise NotAFile("no regular file") from None
        raise
    try:
        _require_regular(os.fstat(descriptor))
    except NotAFile:
        os.close(descriptor)
        raise
    return descriptor


def read(descriptor: int, limit: int) -> bytes:
    """What an open file holds, but never more than one byte over `limit`; it is closed. Raises OSError."""
    with os.fdopen(descriptor, "rb") as file:
        data: bytes | None = file.read(limit + 1)
    if data is None:  # one of the kernel's, such as /proc/kmsg, that has nothing to say yet
        raise BlockingIOError(errno.EAGAIN, "It would have to be waited for")
    return data


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotAFile(next((what for is_one, what in _SORTS if is_one(found.st_mode)), "no regular file"))
