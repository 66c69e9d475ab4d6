"""Where the folder's state was, where it is to be, and how it gets there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mailform.cli import desk
from mailform.cli.common import Common
from mailform_state.errors import Damaged

if TYPE_CHECKING:
    from mailform_state.places import Backend
    from mailform_state.store import Store
    from mailform_state.values import State

REMEMBERED = Path(".mailform", "backend.toml")
"""What `init` last prepared in this folder: where a state is moved from. It holds no secret."""

MOVED = ".moved"


def former(common: Common, wanted: Backend) -> Backend | None:
    """Where the folder's state was before; None when it was nowhere else. Raises Mistakes."""
    from mailform.configuration.backend import remembered
    from mailform_state.files import read_ours
    from mailform_state.places import Backend

    path = common.directory / REMEMBERED
    content = read_ours(path, 1 << 16)
    found = Backend() if content is None else remembered(str(path), content)
    if found == wanted or (content is None and not there_is_one_beside(common.directory)):
        return None
    return found


def left_behind(common: Common, wanted: Backend, store: Store) -> bool:
    """Whether the folder remembers another place for its state than the `store` that is wanted now, which has none. One
    that has was moved by somebody else. Raises Failure."""
    before = former(common, wanted)
    if before is None or before.place == wanted.place:
        return False
    with suppress(Damaged):
        return store.read() is None
    return False


def unsealed(common: Common, wanted: Backend) -> Backend | None:
    """Where a state is that is to be sealed and stay there, in a folder that remembers nothing, such as a team's fresh
    checkout: in clear, or under the previous key. None where the folder remembers, or nothing is to be sealed: what was
    sealed here is never taken in clear."""
    from mailform_state.places import Backend

    if wanted.encryption is None or os.path.lexists(common.directory / REMEMBERED):
        return None
    return Backend(wanted.place)


def there_is_one_beside(folder: Path) -> bool:
    """Whether a state lies beside the configuration."""
    from mailform_state.local import STATE

    return os.path.lexists(folder / STATE)


def remember(common: Common, backend: Backend) -> None:
    """Notes where the state is now. Raises Unusable."""
    from mailform.configuration.backend import written
    from mailform_state.files import replace_whole, usable

    path = common.directory / REMEMBERED
    with usable(f"{path} can't be written:"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        replace_whole(path, written(backend))


def migrate(common: Common, source: Backend, target: Backend, lock_timeout: float) -> State | None:
    """Moves the state; answers with it as it arrived. Raises Failure, and then it is still where it was."""
    from mailform_state import moving
    from mailform_state.opening import open_place, open_store, seal_of
    from mailform_state.places import Local

    folder, environment = common.directory, dict(os.environ)
    holder = desk.holder("mailform init --migrate-state")
    if source.place == target.place:
        old, new = (seal_of(one, folder, environment) for one in (source, target))
        return moving.seal_anew(
            lambda seal: open_place(target.place, folder, environment, seal), old, new, holder, lock_timeout
        )
    arrived = moving.move(
        open_store(source, folder, environment), open_store(target, folder, environment), holder, lock_timeout
    )
    if arrived is not None and isinstance(source.place, Local):
        _put_aside(folder)
    return arrived


def _put_aside(folder: Path) -> None:
    """Takes a state that has moved out of everybody's way, and keeps it."""
    from mailform_state.files import rename, usable
    from mailform_state.local import STATE, VERSIONS

    with usable("The state has arrived, but the old one couldn't be put aside:"):
        for name, aside in ((VERSIONS, f"{STATE}.versions{MOVED}"), (STATE, f"{STATE}{MOVED}")):
            if (folder / name).exists():
                rename(folder / name, folder / aside)
