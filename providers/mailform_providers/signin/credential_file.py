"""A file with a credential, named by a variable. What is in it must get into no message."""

from __future__ import annotations

from pathlib import Path

from mailform_providers.errors import NotAllowed
from mailform_state.regular import NotAFile, read_named


def credential_file(variable: str, path: Path, longest: int) -> bytes:
    """What the file holds. Raises NotAllowed when it can't be read, is no file, or has more than `longest` bytes."""
    try:
        data = read_named(path, longest)
    except OSError as error:
        raise NotAllowed(
            f"{variable} names {path}, which can't be read: {error.strerror}.",
            hint="Check that the file is there and that this user may read it.",
        ) from None
    except NotAFile as found:
        raise NotAllowed(f"{variable} names {path}, which is {found.what}.", hint="Name the file itself.") from None
    if len(data) > longest:
        raise NotAllowed(
            f"{variable} names {path}, which has more than {longest:,} bytes.", hint="No such credential is as large."
        )
    return data
