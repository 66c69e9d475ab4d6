"""A state carried in and out of a store by hand: `state pull`, `state push`, `state restore`.

None of these looks at the tenant, and none may be called while a journal is open.
"""

from __future__ import annotations

from dataclasses import replace

from mailform_state.document import dump, load
from mailform_state.errors import Refused, WrongTenant
from mailform_state.store import Store
from mailform_state.values import State


def pull(store: Store) -> bytes:
    """The document of the state. Raises Refused when there is no state."""
    state = store.read()
    if state is None:
        raise Refused("There is no state yet.", hint="`mailform apply` makes the first one.")
    return dump(state)


def push(store: Store, data: bytes, *, force: bool = False) -> State:
    """Makes the document `data` the state, and returns it with the serial it got: one above the stored one, its own
    where nothing was stored.

    Raises Damaged for a document that isn't whole, forced or not; WrongTenant for one of another tenant or lineage and
    Refused for one that isn't newer than the stored one, unless `force`. Forced, it also replaces a damaged state.
    """
    pushed = load(data)
    if force:
        return store.overwrite(pushed)
    stored = store.read()
    if stored is None:
        first = replace(pushed, serial=max(pushed.serial, 1))
        store.write(first, expected=None)
        return first
    if pushed.tenant != stored.tenant:
        raise WrongTenant(
            f"The pushed state is of the tenant {pushed.tenant}, the stored one of {stored.tenant}.",
            hint="Look which file you have; --force would make Mailform forget what it manages here.",
        )
    if pushed.lineage != stored.lineage:
        raise WrongTenant(
            f"The pushed state descends from {pushed.lineage}, the stored one from {stored.lineage}.",
            hint="The two never were one state. --force replaces the stored one all the same.",
        )
    if pushed.serial <= stored.serial:
        raise Refused(
            f"The pushed state has serial {pushed.serial}, the stored one {stored.serial} already.",
            hint="`mailform state pull` gets the newer one; --force replaces it all the same.",
        )
    following = replace(pushed, serial=stored.serial + 1)
    store.write(following, expected=stored.serial)
    return following


def restore(store: Store, serial: int) -> State:
    """Makes a kept version the state again, under a new serial, and returns it. Also repairs a store whose state file
    is damaged or gone; the damaged file is kept aside."""
    return store.overwrite(store.version(serial))
