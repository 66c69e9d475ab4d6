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


def warning(found: LockInfo, *, alive: bool) -> str:
    """What to know of a plan beside a locked state. `alive`: the store would know if the holder were gone, which only
    the local one does."""
    if alive:
        return "Warning: a run is on just now. What is shown is as that run has left it until this moment."
    who = found.holder
    whose = "" if who is None else f" by {shown(who.user)} on {shown(who.host)} since {moment(who.since)}"
    where = "" if who is None or not who.pipeline else f" ({shown(who.pipeline)})"
    return (
        f"Warning: the state is locked{whose}{where}, and a run's journal is open. What is shown is as that run has "
        "left it until this moment. The run may be gone: nobody can tell from here.\n"
        f"  hint: If it is gone: mailform unlock {shown(quote(found.id))}, then mailform recover"
    )


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
