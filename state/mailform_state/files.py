"""Our own files on a disk: read without trust, written so that they last.

A name of ours may have been taken by something else: a link into another folder, a pipe that never ends. So nothing is
followed, nothing is waited for, and only regular files are read or written (`regular`).

Windows: a folder can't be synced, so that after a power cut (not after a crash of the process) the last rename may be
missing; the mode 0600 means nothing there, the folder's own permissions count.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailform_state.errors import Unusable
from mailform_state.regular import NotAFile, open_regular, read


@contextmanager
def usable(what: str) -> Iterator[None]:
    """Turns what the operating system says into Unusable. `what` says what couldn't be done and what holds now."""
    try:
        yield
    except OSError as error:
        raise Unusable(f"{what} {_reason(error)}", hint=_remedy(error)) from error


def open_ours(path: Path, flags: int) -> int:
    """A descriptor of a regular file, made with mode 0600 if `flags` say so. Raises OSError, or Unusable when something
    else has the name."""
    try:
        return open_regular(path, flags, links=False)
    except NotAFile:
        raise _foreign(path) from None


def read_ours(path: Path, limit: int) -> bytes | None:
    """What the file holds, but never more than one byte over `limit`; None when there is nothing of that name."""
    with usable(f"{path} can't be read:"):
        try:
            return read(open_ours(path, os.O_RDONLY), limit)
        except FileNotFoundError:
            return None


def write_new(path: Path, data: bytes) -> None:
    """A new file with `data`, durable but for its name (`sync_folder`). Raises OSError, and leaves no half of it."""
    descriptor = open_ours(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of `data`, in as many pieces as the system takes it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def replace_whole(path: Path, data: bytes) -> None:
    """`path` with new content: a reader sees the old or the new, whole. Durable on return. Raises OSError."""
    new = temporary(path)
    write_new(new, data)
    try:
        rename(new, path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def rewrite_whole(path: Path, data: bytes) -> None:
    """Like `replace_whole`, for a file that is the user's: it is there already, and keeps its permissions."""
    mode = stat.S_IMODE(path.stat().st_mode)
    new = temporary(path)
    write_new(new, data)
    try:
        new.chmod(mode)
        rename(new, path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_beside(path: Path, data: bytes) -> None:
    """A new file that is the user's, with the permissions that such files have: whole or not there. Durable on return.
    Raises OSError, FileExistsError among them when the name is taken."""
    new = temporary(path)
    write_new(new, data)
    try:
        new.chmod(0o666 & ~_umask())
        os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def _umask() -> int:
    """What a new file's permissions are taken from. It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def rename(new: Path, path: Path) -> None:
    """Puts `new` in the place of `path`, at once for every reader. Windows refuses while somebody has `path` open, so
    there it is tried for two seconds. Raises OSError."""
    for _ in range(100 if sys.platform == "win32" else 0):
        try:
            os.replace(new, path)
        except PermissionError:
            time.sleep(0.02)
        else:
            return
    os.replace(new, path)


def temporary(path: Path) -> Path:
    """A name beside `path` that nobody has."""
    return path.with_name(f"{path.name}.{secrets.token_hex(6)}.tmp")


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable, where the system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that has no such thing
            raise
    finally:
        os.close(descriptor)


def _foreign(path: Path) -> Unusable:
    return Unusable(
        f"{path} is a link, a folder or a device, not a file that Mailform made.",
        hint="Mailform follows no links to its own files. Move it away, or put the file itself there.",
    )


def _reason(error: OSError) -> str:
    return f"{(error.strerror or type(error).__name__).lower()}."


def _remedy(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "Make room on the disk and run the command again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "Give this user read and write access to the file and its folder."
        case _:
            return "Check the disk and the folder, and run the command again."
