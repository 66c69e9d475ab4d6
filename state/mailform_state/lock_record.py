"""What a lock says of its holder: as text in the store, and as words for whoever comes second."""

from __future__ import annotations

import json
from datetime import timedelta
from shlex import quote
from typing import Literal

from mailform_state.errors import Damaged, Locked, Refused
from mailform_state.plain import fields_of
from mailform_state.store import Holder, LockInfo

LARGEST = 64 * 1024
"""Bytes of a lock's text at most."""


def record(id: str, holder: Holder) -> str:
    """A lock's text: its ID and its holder."""
    return json.dumps({"id": id, **fields_of(holder)}, indent=2)


def named(text: bytes) -> tuple[str, Holder | None]:
    """The ID and the holder in a lock's text; empty and None for anything that we didn't write, or not yet."""
    from mailform_state.canonical import read_json
    from mailform_state.shapes import HolderShape, shaped

    try:
        shape = shaped(HolderShape, read_json(text, what="The lock", limit=LARGEST), what="The lock")
    except Damaged:
        return "", None
    return shape.id, shape.read()


def locked(found: LockInfo, asking: Holder | None, *, ends: Literal["with its process", "by hand"]) -> Locked:
    """Says who has the lock, for whom it stands in the way; `ends`, how such a lock comes free."""
    who = found.holder
    by_hand = f"if that run is gone, free it: mailform unlock {quote(found.id)}"
    if who is None:
        hint = "Wait a moment and try again." if ends == "with its process" else f"Wait for it; {by_hand}"
        return Locked("The state is locked, and the lock doesn't say by whom.", hint=hint)
    age = "" if asking is None else f", {_age(asking.since - who.since)} ago"
    process = f"process {who.pid}" if who.pid else ""
    details = ", ".join(part for part in (process, who.command) if part)
    by = f"{who.user} on {who.host}" + (f" ({details})" if details else "")
    job = f" It runs in {who.pipeline} ." if who.pipeline else ""
    end = f"This lock ends with that process; its ID is {found.id}." if ends == "with its process" else ""
    return Locked(
        f"The state is locked by {by} since {who.since:%Y-%m-%d %H:%M:%S} UTC{age}.{job}",
        hint=f"Wait for it, or give --lock-timeout 5m. {end or f'It never ends by itself: {by_hand}'}",
    )


def another(found: LockInfo) -> Refused:
    """Says that a lock has another ID than the one that was to be broken."""
    return Refused(
        f"The lock has another ID: {found.id}.", hint=f"`mailform unlock {quote(found.id)}`, if that is meant."
    )


def _age(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
