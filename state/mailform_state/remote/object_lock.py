"""The lock of a bucket: one object, which is never deleted. It says *held*, and by whom, or *free*.

Taking it is one conditional write, so it is never taken without a name. It ends by its holder's hand or by `unlock`,
never by itself: nobody can tell from a bucket whether a machine is gone.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from mailform_state.errors import Damaged, Locked, Refused, Unusable
from mailform_state.lock_record import LARGEST, another, locked, named, record
from mailform_state.remote.bucket import Bucket, Conflict, Found, Tag
from mailform_state.store import Holder, LockInfo

LOCK = "mailform.state.lock"

_PAUSE = 0.5
"""Seconds between two looks of somebody who waits."""


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """The lock, held in the version `tag` of its object."""

    id: str
    bucket: Bucket
    tag: Tag

    def check(self) -> None:
        found = info(self.bucket)
        if found is None or found.id != self.id:
            raise lost(found)


@contextmanager
def holding(bucket: Bucket, holder: Holder, timeout: float) -> Iterator[ObjectLock]:
    """Holds the lock while the context lasts. Raises Locked, Unusable."""
    held = _taken(bucket, holder, timeout)
    try:
        yield held
    finally:
        with suppress(Conflict, Unusable):  # somebody broke it: it is theirs now; or it stays, and says whose it is
            bucket.put(LOCK, _free(held.id), held.tag)


def info(bucket: Bucket) -> LockInfo | None:
    """Who has the lock; None when it is free."""
    found = bucket.get(LOCK, LARGEST)
    return None if found is None else _read(found)


def clear(bucket: Bucket, lock_id: str) -> None:
    """Frees the lock with this ID. Raises Refused when it has another, and Locked when it changed hands meanwhile."""
    found = bucket.get(LOCK, LARGEST)
    held = None if found is None else _read(found)
    if found is None or held is None:
        raise Refused("The state isn't locked.", hint="Nothing has to be unlocked.")
    if held.id != lock_id:
        raise another(held)
    try:
        bucket.put(LOCK, _free(lock_id), found.tag)
    except Conflict:
        raise Locked("The lock changed hands just now.", hint="See `mailform state lock-info`.") from None


def lost(found: LockInfo | None) -> Locked:
    """Says that the lock isn't ours any more."""
    who = None if found is None else found.holder
    by = f"{who.user} on {who.host} has it now" if who is not None else "somebody freed it"
    return Locked(
        f"The lock on the state was lost: {by}.",
        hint="See `mailform state lock-info`, then run `mailform recover`.",
    )


def _taken(bucket: Bucket, holder: Holder, timeout: float) -> ObjectLock:
    began = time.monotonic()
    id = str(uuid.uuid4())
    while True:
        found = bucket.get(LOCK, LARGEST)
        held = None if found is None else _read(found)
        waited = time.monotonic() - began
        asking = replace(holder, since=holder.since + timedelta(seconds=waited))
        if held is None:
            tag = _take(bucket, id, holder, None if found is None else found.tag)
            if tag is not None:
                return ObjectLock(id, bucket, tag)
        elif waited >= timeout:
            raise locked(held, asking, ends="by hand")
        else:
            time.sleep(min(_PAUSE, timeout - waited))


def _take(bucket: Bucket, id: str, holder: Holder, over: Tag | None) -> Tag | None:
    """Puts our name on a free lock; None when somebody was faster. An answer may have been lost, ours or the one to a
    request that was sent again: what the lock says then decides."""
    try:
        return bucket.put(LOCK, _held(id, holder), over)
    except (Conflict, Unusable) as failed:
        found = bucket.get(LOCK, LARGEST)
        held = None if found is None else _read(found)
        if found is not None and held is not None and held.id == id:
            return found.tag
        if isinstance(failed, Unusable):
            raise
        return None


def _held(id: str, holder: Holder) -> bytes:
    return json.dumps({"held": True, "by": json.loads(record(id, holder))}, indent=2).encode()


def _free(last: str) -> bytes:
    """Names the last holding, so that no two bodies are alike: a store may name a version by its content."""
    return json.dumps({"held": False, "last": last}, indent=2).encode()


def _read(found: Found) -> LockInfo | None:
    """Who has the lock; None when it is free. One that we didn't write is held, by nobody knows whom: its ID is then
    made of what it says, so that `unlock` can name it."""
    from mailform_state.canonical import read_json

    try:
        told = read_json(found.data, what="The lock", limit=LARGEST)
    except Damaged:
        told = None
    match told:
        case {"held": False}:
            return None
        case {"held": True, "by": dict() as by}:
            id, holder = named(json.dumps(by).encode())
            if id:
                return LockInfo(id, holder)
    return LockInfo(f"unreadable-{hashlib.sha256(found.data).hexdigest()[:12]}", None)
