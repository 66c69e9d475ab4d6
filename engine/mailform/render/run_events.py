"""A run while it runs, as events: from each journal entry that becomes durable to what `terraform apply -json` says.

Terraform takes nothing back; that is told as the changes that it is, with `undo` under `mailform`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from mailform.planning.verbs import Verb
from mailform.render.escape import shown
from mailform.render.events import Event, resource
from mailform.render.progress import DOING, DONE, line
from mailform.render.shape import Json
from mailform.session.telling import verb_of
from mailform_state.journal import (
    Begin,
    End,
    Entry,
    Intent,
    Outcome,
    Pivot,
    Result,
    Skip,
    Undo,
    UndoOutcome,
    UndoResult,
    Verified,
)

_REVERSED = {"create": "delete", "delete": "create"}


def event(entry: Entry, intents: Mapping[int, Intent], elapsed: int) -> Event | None:
    """What an entry says; None where it says nothing. `intents` are those of the run so far, by their step, and
    `elapsed` is for how many seconds its own was under way."""
    match entry:
        case Undo() | Result() | UndoResult() if entry.step not in intents:
            return Event("log", line(entry, intents) or "")
        case Intent():
            return Event("apply_start", _told(entry, f"{DOING[verb_of(entry)]}…"), {"hook": _hook(entry)})
        case Undo():
            intent = intents[entry.step]
            message = _told(intent, f"taking back what was {DONE[verb_of(intent)]}…")
            return Event("apply_start", message, {"hook": _hook(intent, undo=True), "mailform": {"undo": True}})
        case Result():
            return _ended(entry, intents[entry.step], elapsed, line(entry, intents) or "")
        case UndoResult():
            intent = intents[entry.step]
            hook = {**_hook(intent, undo=True), "elapsed_seconds": elapsed}
            failed = entry.outcome in (UndoOutcome.FAILED, UndoOutcome.IMPOSSIBLE)
            said: dict[str, Json] = {"undo": True, "outcome": entry.outcome.value, "detail": entry.detail}
            type, level = ("apply_errored", "error") if failed else ("apply_complete", "info")
            return Event(type, line(entry, intents) or "", {"hook": hook, "mailform": said}, level)
        case Begin() | Verified() | Pivot() | Skip():
            return Event("log", line(entry, intents) or "")
        case End():
            return None
    assert_never(entry)


def progress(intent: Intent, elapsed: int) -> Event:
    """That a change is still under way."""
    message = _told(intent, f"still {DOING[verb_of(intent)]}… [{elapsed}s elapsed]")
    return Event("apply_progress", message, {"hook": {**_hook(intent), "elapsed_seconds": elapsed}})


def _ended(entry: Result, intent: Intent, elapsed: int, message: str) -> Event:
    hook = _hook(intent)
    said: dict[str, Json] = {"step": entry.step, "outcome": entry.outcome.value, "detail": entry.detail}
    if entry.outcome in (Outcome.OK, Outcome.WAITING):
        id = entry.id or intent.id
        hook |= {"id_key": "id", "id_value": id} if id else {}
        return Event("apply_complete", message, {"hook": {**hook, "elapsed_seconds": elapsed}, "mailform": said})
    body: dict[str, Json] = {"hook": {**hook, "elapsed_seconds": elapsed}, "mailform": said}
    return Event("apply_errored", message, body, "error")


def _hook(intent: Intent, *, undo: bool = False) -> dict[str, Json]:
    verb = verb_of(intent)
    action = verb.value if verb in (Verb.CREATE, Verb.DELETE) else "update"
    return {"resource": resource(intent.address), "action": _REVERSED.get(action, action) if undo else action}


def _told(intent: Intent, what: str) -> str:
    return f"{shown(str(intent.address))}: {what}"
