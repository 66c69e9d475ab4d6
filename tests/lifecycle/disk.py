"""A folder as a process sees it, and as it would be found again after the process is killed or the power goes.

Every write below it goes through `Disk.watching`, which notes what was written, what was synced, and which names were.
Nothing here knows what the files mean, but for the lock file: it ends with its process, so it isn't looked at.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias
from unittest.mock import patch

from mailform_state.local import JOURNAL, LOCK

Files: TypeAlias = Mapping[str, bytes]
"""What a folder holds, by names relative to it."""

_WRITES = os.O_WRONLY | os.O_RDWR
_FOLDERS = ("", "mailform.state.versions/")


class Disk:
    """One folder. `told` hears what was just done to it; or, with files, what would be found had it been cut off in
    the middle. `lock` is held meanwhile, so that whoever holds it too sees no half of anything."""

    def __init__(self, folder: Path, told: Callable[[str, Files | None], None]) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._told = told
        self._open: dict[int, str] = {}
        self._ids: dict[int, int] = {}
        self._fresh = count()
        self._names: dict[str, int] = {}
        self._written: dict[int, bytes] = {}
        self._look()
        self._synced = dict(self._written)
        self._synced_names = {folder: self._names_in(folder) for folder in _FOLDERS}

    def views(self) -> tuple[Files, ...]:
        """What may be found after a crash now: all that was written, if only the process dies; if the power goes, only
        what was synced, under the names that were; or under every name, since a file system may keep a name sooner
        than what is in it."""
        lasting = {name: id for folder in self._synced_names.values() for name, id in folder.items()}
        return (
            {name: self._written[id] for name, id in self._names.items()},
            {name: self._synced.get(id, b"") for name, id in lasting.items()},
            {name: self._synced.get(id, b"") for name, id in self._names.items()},
        )

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Inside, every write to the folder is noted, whichever thread makes it."""
        real = {
            name: getattr(os, name) for name in ("open", "write", "fsync", "ftruncate", "replace", "link", "unlink")
        }

        def opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            name = self._name(path)
            if name is None or not (flags & _WRITES or flags & os.O_DIRECTORY):
                return int(real["open"](path, flags, *rest, **more))
            with self.lock:
                file = int(real["open"](path, flags, *rest, **more))
                self._open[file] = name
                if name not in self._names and not flags & os.O_DIRECTORY:
                    self._done(f"made {name}")
                return file

        def write(file: int, data: Any) -> int:
            name = self._open.get(file)
            if name is None:
                return int(real["write"](file, data))
            with self.lock:
                before = self.views()[0]
                done = int(real["write"](file, data))
                for piece in _pieces(bytes(data[:done]), lines=name == JOURNAL):
                    self._told(f"cut off in writing {name}", {**before, name: before.get(name, b"") + piece})
                self._done(f"wrote {name}")
                return done

        def fsync(file: int) -> None:
            name = self._open.get(file)
            with self.lock:
                real["fsync"](file)
                if name is None:
                    return
                if stat.S_ISDIR(os.fstat(file).st_mode):
                    self._synced_names[name] = self._names_in(name)
                else:
                    id = self._ids[os.fstat(file).st_ino]
                    self._synced[id] = self._written[id]
                self._done(f"synced {name or 'the folder'}")

        def ours(what: str, call: Callable[..., None], place: int) -> Callable[..., None]:
            def called(*given: Any, **more: Any) -> None:
                name = self._open.get(given[0]) if isinstance(given[0], int) else self._name(given[place])
                with self.lock:
                    call(*given, **more)
                    if name is not None:
                        self._done(f"{what} {name}")

            return called

        with patch.multiple(
            os,
            open=opened,
            write=write,
            fsync=fsync,
            ftruncate=ours("cut", real["ftruncate"], 0),
            replace=ours("renamed to", real["replace"], 1),
            link=ours("linked", real["link"], 1),
            unlink=ours("removed", real["unlink"], 0),
        ):
            yield

    def _done(self, what: str) -> None:
        self._look()
        self._told(what, None)

    def _look(self) -> None:
        found = {
            f"{folder}{entry.name}": entry
            for folder in _FOLDERS
            if (self.folder / folder).is_dir()
            for entry in os.scandir(self.folder / folder)
            if entry.is_file() and entry.name != LOCK
        }
        numbers = {entry.inode() for entry in found.values()}
        # a number is given again once its file is gone
        self._ids = {number: id for number, id in self._ids.items() if number in numbers}
        for number in numbers:
            self._ids.setdefault(number, next(self._fresh))
        self._names = {name: self._ids[entry.inode()] for name, entry in found.items()}
        for name, entry in found.items():
            self._written[self._names[name]] = Path(entry.path).read_bytes()

    def _names_in(self, folder: str) -> dict[str, int]:
        return {name: id for name, id in self._names.items() if name.rpartition("/")[0] == folder.rstrip("/")}

    def _name(self, path: Any) -> str | None:
        if isinstance(path, int):
            return None
        whole = Path(os.path.abspath(path))
        if whole == self.folder:
            return ""
        name = whole.relative_to(self.folder).as_posix() if whole.is_relative_to(self.folder) else None
        if name is None or name == LOCK:
            return None
        return f"{name}/" if f"{name}/" in _FOLDERS else name


def _pieces(data: bytes, *, lines: bool) -> Iterator[bytes]:
    """What of a write may have reached the file when it was cut off: half of it, and of `lines`
    some whole ones and half of the next."""
    whole = b""
    for line in data.splitlines(keepends=True) if lines else (data,):
        yield whole + line[: len(line) // 2]
        whole += line
