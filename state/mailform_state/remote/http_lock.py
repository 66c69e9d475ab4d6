"""A lock in the words of Terraform's HTTP protocol, and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mailform_state.canonical import read_json
from mailform_state.errors import Damaged
from mailform_state.lock_record import LARGEST, named, record
from mailform_state.plain import moment
from mailform_state.remote.http_client import Taken
from mailform_state.store import Holder, LockInfo


def body(id: str, holder: Holder) -> bytes:
    """The protocol's own words for a holder, and all that we know of him under `Info`, which servers hand on."""
    return json.dumps(
        {
            "ID": id,
            "Operation": holder.command or "mailform",
            "Info": json.dumps(json.loads(record(id, holder))),
            "Who": f"{holder.user}@{holder.host}",
            "Version": "mailform",
            "Created": moment(holder.since),
            "Path": "mailform",
        }
    ).encode()


def told(taken: Taken) -> LockInfo:
    """Who has the lock, in our own words or in those of Terraform; nobody knows who, where the server doesn't say."""
    try:
        said = read_json(taken.text, what="The lock", limit=LARGEST)
    except Damaged:
        return LockInfo("", None)
    if not isinstance(said, dict):
        return LockInfo("", None)
    id, info = str(said.get("ID") or ""), said.get("Info")
    own, holder = named(info.encode()) if isinstance(info, str) else ("", None)
    if holder is None or own != id:
        return LockInfo(id, _foreign(said))
    return LockInfo(id, holder)


def _foreign(said: dict[str, object]) -> Holder | None:
    who, created = said.get("Who"), said.get("Created")
    if not isinstance(who, str) or not isinstance(created, str):
        return None
    try:
        since = datetime.fromisoformat(created).astimezone(UTC)
    except ValueError:
        return None
    user, _, host = who.partition("@")
    return Holder(user, host or "unknown", 0, since, str(said.get("Operation") or ""))
