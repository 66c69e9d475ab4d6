"""A run while it runs: a plain line for each journal entry that says something, for logs and pipelines.

No payload is ever shown: it may hold what is sensitive. The live display of a terminal is in `mailform.cli`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from mailform.planning.verbs import Verb
from mailform.render.escape import shown
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

DOING: Mapping[Verb, str] = {
    Verb.CREATE: "creating",
    Verb.UPDATE: "updating",
    Verb.ENABLE: "enabling",
    Verb.DISABLE: "disabling",
    Verb.RENAME: "renaming",
    Verb.MOVE: "moving",
    Verb.DELETE: "deleting",
    Verb.VALIDATE: "sending validation mail through it",
    Verb.PUBLISH: "publishing its DNS record",
    Verb.WITHDRAW: "withdrawing its DNS record",
    Verb.VERIFY: "asking the service to verify it",
    Verb.MAIL: "turning Email on",
}
DONE: Mapping[Verb, str] = {
    Verb.CREATE: "created",
    Verb.UPDATE: "updated",
    Verb.ENABLE: "enabled",
    Verb.DISABLE: "disabled",
    Verb.RENAME: "renamed",
    Verb.MOVE: "moved",
    Verb.DELETE: "deleted",
    Verb.VALIDATE: "validated",
    Verb.PUBLISH: "DNS record published",
    Verb.WITHDRAW: "DNS record withdrawn",
    Verb.VERIFY: "verified",
    Verb.MAIL: "Email turned on",
}


def line(entry: Entry, intents: Mapping[int, Intent]) -> str | None:
    """What an entry says, on one line; None where it says nothing to a person. `intents` are those of the run so far,
    by their step, since results name only that."""
    match entry:
        case Begin():
            return f"run {shown(entry.run)} begins as {shown(entry.actor)}"
        case Intent():
            return f"{shown(str(entry.address))}: {DOING[verb_of(entry)]}…"
        case Result():
            return _about(entry.step, intents, _ended(entry, intents.get(entry.step)))
        case Verified():
            return "everything that was touched was read again, and is as meant"
        case Pivot():
            return "nothing is taken back from here on"
        case Undo():
            intent = intents.get(entry.step)
            what = "the change" if intent is None else f"what was {DONE[verb_of(intent)]}"
            return _about(entry.step, intents, f"taking back {what}…")
        case UndoResult():
            return _about(entry.step, intents, _taken_back(entry))
        case Skip():
            return f"{shown(str(entry.address))}: left as it is, unresolved: {shown(entry.reason)}"
        case End():
            return None
    assert_never(entry)


def event(entry: Entry, intents: Mapping[int, Intent]) -> dict[str, Json]:
    """The same for programs, one object an entry."""
    said: dict[str, Json] = {"type": type(entry).__name__.lower()}
    match entry:
        case Begin():
            said |= {"run": entry.run, "actor": entry.actor, "tenant": entry.tenant, "serial": entry.serial}
        case Intent():
            said |= {"step": entry.step, "address": str(entry.address), "action": verb_of(entry).value, "id": entry.id}
        case Result():
            said |= {**_named(entry.step, intents), "outcome": entry.outcome.value, "detail": entry.detail}
            said["id"] = entry.id
        case Undo():
            said |= _named(entry.step, intents)
        case UndoResult():
            said |= {**_named(entry.step, intents), "outcome": entry.outcome.value, "detail": entry.detail}
        case Skip():
            said |= {"address": str(entry.address), "reason": entry.reason}
        case End():
            said["exit"] = entry.exit
        case Verified() | Pivot():
            pass
        case _:
            assert_never(entry)
    return said


def _named(step: int, intents: Mapping[int, Intent]) -> dict[str, Json]:
    intent = intents.get(step)
    if intent is None:
        return {"step": step}
    return {"step": step, "address": str(intent.address), "action": verb_of(intent).value}


def _about(step: int, intents: Mapping[int, Intent], told: str) -> str:
    intent = intents.get(step)
    return f"step {step}: {told}" if intent is None else f"{shown(str(intent.address))}: {told}"


def _ended(entry: Result, intent: Intent | None) -> str:
    detail = f": {shown(entry.detail)}" if entry.detail else ""
    match entry.outcome:
        case Outcome.OK:
            id = f" ({shown(entry.id)})" if entry.id else ""
            return f"{'done' if intent is None else DONE[verb_of(intent)]}{id}{detail}"
        case Outcome.REJECTED:
            return f"refused{detail}"
        case Outcome.AMBIGUOUS:
            return f"unsure whether it was done{detail}"
        case Outcome.WAITING:
            return f"waits for its DNS proof{detail}"
        case Outcome.UNSENT:
            return f"not begun{detail}"
    assert_never(entry.outcome)


def _taken_back(entry: UndoResult) -> str:
    detail = f": {shown(entry.detail)}" if entry.detail else ""
    match entry.outcome:
        case UndoOutcome.OK:
            return f"taken back{detail}"
        case UndoOutcome.SKIPPED:
            return f"left as it is, since somebody else changed it meanwhile{detail}"
        case UndoOutcome.IMPOSSIBLE:
            return f"can't be taken back{detail}"
        case UndoOutcome.FAILED:
            return f"could not be taken back{detail}"
    assert_never(entry.outcome)
