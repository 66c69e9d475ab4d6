"""Who has the lock on the state, for people and for programs."""

from __future__ import annotations

from shlex import quote

from mailform.render.escape import shown
from mailform.render.figures import moment
from mailform.render.shape import Json
from mailform_state import plain
from mailform_state.store import LockInfo


def text(found: LockInfo | None) -> str:
    """The holder, or that there is none."""
    if found is None:
        return "The state isn't locked.\n"
    lines = ["The state is locked." if found.held else "The state isn't locked, but a process died with the lock:"]
    lines.append(f"  ID:       {shown(found.id)}")
    who = found.holder
    if who is not None:
        lines.append(f"  by:       {shown(who.user)} on {shown(who.host)}, process {who.pid}")
        lines.append(f"  since:    {moment(who.since)}")
        lines += [f"  runs:     {shown(who.command)}"] if who.command else []
        lines += [f"  pipeline: {shown(who.pipeline)}"] if who.pipeline else []
    if not found.held:
        lines.append(f"It is in nobody's way; to wipe it off: mailform unlock {shown(quote(found.id))}")
    return "\n".join(lines) + "\n"


def as_json(found: LockInfo | None) -> dict[str, Json]:
    """The same for programs."""
    if found is None:
        return {"locked": False, "id": None, "holder": None}
    who = found.holder
    holder: dict[str, Json] | None = None
    if who is not None:
        holder = {
            "user": who.user,
            "host": who.host,
            "pid": who.pid,
            "since": plain.moment(who.since),
            "command": who.command,
            "pipeline": who.pipeline,
        }
    return {"locked": found.held, "id": found.id, "holder": holder}
