"""The folder with the last versions of a state: `0000000007.json`, and `0000000007.before.json` beside it with the
before-images of the run that began from it.

Making a version is the compare-and-swap of the whole store: the file is linked, complete and synced, to a name that
holds its serial, and of two writers only one gets the name. NTFS and every file system of Linux and macOS has hard
links; FAT and some network shares have not, and are refused.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailform_state.canonical import digest, read_json
from mailform_state.document import LARGEST
from mailform_state.errors import Damaged, Overtaken, Unusable
from mailform_state.files import read_ours, replace_whole, temporary, usable, write_new
from mailform_state.journal import Image
from mailform_state.plain import plain
from mailform_state.sealing import PLAIN, Seal
from mailform_state.store import VersionInfo

KEPT = 20
"""How many versions are kept."""

_NAME = re.compile(r"(?P<serial>[0-9]{10,})\.(?P<rest>(before\.)?json(\.[0-9a-f]+\.tmp)?)")
_IMAGES = "mailform-images"


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions in one folder, which needn't be there yet. Documents come and go as they lie there; `seal` is for
    the images."""

    folder: Path
    seal: Seal = PLAIN

    def infos(self) -> tuple[VersionInfo, ...]:
        """What is kept, the oldest first. A version that is pruned meanwhile is left out."""
        found = []
        for serial in self.serials():
            try:
                known = self._path(serial).stat()
            except FileNotFoundError:
                continue
            found.append(VersionInfo(serial, datetime.fromtimestamp(known.st_mtime, UTC), known.st_size))
        return tuple(found)

    def serials(self) -> tuple[int, ...]:
        """The serials that are kept, ascending."""
        return tuple(sorted(serial for serial, rest in self._names() if rest == "json"))

    def read(self, serial: int) -> bytes | None:
        """The document of a version as it lies there; None when it isn't kept."""
        return read_ours(self._path(serial), LARGEST)

    def claim(self, serial: int, document: bytes) -> None:
        """Makes the version, durable but for its name. Raises Overtaken when the serial is taken, and OSError; then
        nothing was made."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        new = temporary(self._path(serial))
        write_new(new, document)
        try:
            os.link(new, self._path(serial))
        except (FileExistsError, FileNotFoundError):  # the second: the winner has swept our temporary file away
            raise Overtaken(
                f"Somebody else wrote version {serial} of the state meanwhile; ours was not written.",
                hint="Run the command again: it will start from the new state.",
            ) from None
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK):
                raise
            raise Unusable(
                f"The file system of {self.folder} has no hard links, so the state wasn't written.",
                hint="Keep the configuration on a local disk.",
            ) from error
        finally:
            new.unlink(missing_ok=True)

    def prune(self, newest: int) -> None:
        """Takes away what is older than the last versions, and what crashed writers left."""
        kept = self.serials()[-KEPT:]
        oldest = kept[0] if len(kept) == KEPT else 0
        for serial, rest in self._names():
            if serial < oldest or (rest.endswith(".tmp") and serial <= newest):
                (self.folder / f"{serial:010}.{rest}").unlink(missing_ok=True)

    def keep_images(self, serial: int, images: Sequence[Image]) -> None:
        """Keeps before-images beside version `serial`, in place of those of an earlier run from the same version."""
        with usable("The before-images couldn't be kept, and nothing was changed:"):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            replace_whole(self._images(serial), images_document(serial, images, self.seal))

    def images(self, serial: int) -> tuple[Image, ...]:
        """The before-images beside a version; empty when there are none."""
        data = read_ours(self._images(serial), LARGEST)
        return () if data is None else images_in(data, serial, self.seal)

    def _path(self, serial: int) -> Path:
        return self.folder / f"{serial:010}.json"

    def _images(self, serial: int) -> Path:
        return self.folder / f"{serial:010}.before.json"

    def _names(self) -> tuple[tuple[int, str], ...]:
        with usable(f"{self.folder} can't be listed:"):
            if self.folder.is_symlink():
                raise Unusable(f"{self.folder} is a link; Mailform follows none.", hint="Put the folder itself there.")
            try:
                names = os.listdir(self.folder)
            except FileNotFoundError:
                return ()
        found = (_NAME.fullmatch(name) for name in names)
        return tuple((int(match["serial"]), match["rest"]) for match in found if match is not None)


def images_document(serial: int, images: Sequence[Image], seal: Seal) -> bytes:
    """The document of the before-images of a run that begins from version `serial`."""
    rest = {"format": _IMAGES, "serial": serial, "images": plain(tuple(images))}
    document = json.dumps({**rest, "digest": digest(rest)}, indent=2, ensure_ascii=False) + "\n"
    return seal.close(document.encode("utf-8"), "images", serial=serial, lineage="")


def images_in(data: bytes, serial: int, seal: Seal) -> tuple[Image, ...]:
    """The before-images in the document beside version `serial`. Raises Damaged."""
    from mailform_state.journal_shapes import ImagesShape
    from mailform_state.shapes import shaped

    what = f"The file of before-images beside version {serial}"
    document = read_json(seal.open(data, "images"), what=what, limit=LARGEST)
    if not isinstance(document, dict) or document.pop("digest", None) != digest(document):
        raise Damaged(f"{what} isn't what Mailform wrote: its digest doesn't fit.")
    return tuple(shape.read() for shape in shaped(ImagesShape, document, what=what).images)
