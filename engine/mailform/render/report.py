"""How a run ended, for people and for programs: what was done, what was taken back, what waits, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import assert_never

from mailform.exits import Exit
from mailform.planning.verbs import Verb
from mailform.render.ending import headline, succeeded
from mailform.render.escape import shown
from mailform.render.figures import moment
from mailform.render.palette import Ink, Palette
from mailform.render.progress import DOING, DONE
from mailform.render.shape import Json
from mailform.session.report import Deed, Report, Wait
from mailform_state.journal import Outcome, UndoOutcome
from mailform_state.plain import moment as iso

EFFECT = timedelta(minutes=30)
"""How long Exchange may take until a saved rule acts. No number of Microsoft's; what administrators report."""

_SYMBOLS = {Verb.CREATE: "+", Verb.DELETE: "-", Verb.MOVE: ">"}
_INKS = {"+": Ink.ADDED, "-": Ink.REMOVED, ">": Ink.MOVED, "~": Ink.CHANGED}


def text(report: Report, *, colour: bool) -> str:
    """The whole report."""
    paint = Palette(colour)
    ink = Ink.ADDED if report.exit is Exit.DONE else Ink.WARNING if succeeded(report) else Ink.ERROR
    sections: tuple[Iterable[str], ...] = (
        (paint(headline(report), ink),),
        _failure(report, paint),
        _deeds(report.deeds, paint),
        _section("Left as it is now, and to be looked at:", report.unresolved, paint),
        _section("Left to whoever changed it meanwhile:", report.foreign, paint),
        _waits(report.waits, paint),
        _section("Left for the apply that finds the proof:", map(str, report.deferred), paint),
        _section("Retired, still to be deleted:", report.pending, paint),
        _section("Validated:", report.remarks, paint),
        _section("Warnings:", report.warnings, paint),
        _effect(report),
        _next(report, paint),
    )
    return "\n\n".join(block for lines in sections if (block := "\n".join(lines))) + "\n"


def brief(report: Report, *, colour: bool) -> str:
    """How an earlier run was settled, for a command that then goes on: the ending, and what somebody has to know."""
    paint = Palette(colour)
    sections: tuple[Iterable[str], ...] = (
        (headline(report),),
        _section("Left as it is now, and to be looked at:", report.unresolved, paint),
        _section("Left to whoever changed it meanwhile:", report.foreign, paint),
        _section("Retired, still to be deleted:", report.pending, paint),
        _section("Warnings:", report.warnings, paint),
    )
    return "\n".join(line for lines in sections for line in lines) + "\n"


def as_json(report: Report) -> dict[str, Json]:
    """The same for programs."""
    window: Json = None
    if report.reached and report.began is not None and report.ended is not None:
        window = {"from": iso(report.began), "until": iso(report.ended + EFFECT)}
    return {
        "format_version": "1.0",
        "run": report.run,
        "tenant": report.tenant,
        "actor": report.actor,
        "exit": int(report.exit),
        "outcome": report.exit.name.lower(),
        "recovery": None if report.recovery is None else report.recovery.value,
        "message": headline(report),
        "failure": report.failure,
        "hint": report.hint,
        "next_command": report.next_command,
        "serial": report.serial,
        "began": None if report.began is None else iso(report.began),
        "ended": None if report.ended is None else iso(report.ended),
        "mail_affected": window,
        "changed": report.changed,
        "deeds": [_deed_as_json(deed) for deed in report.deeds],
        "waits": [
            {
                "address": str(wait.address),
                "name": wait.name,
                "txt": wait.txt,
                "mx": wait.mx,
                "detail": wait.detail,
                "looked_up": wait.looked_up,
            }
            for wait in report.waits
        ],
        "deferred": [str(address) for address in report.deferred],
        "pending": list(report.pending),
        "unresolved": list(report.unresolved),
        "foreign": list(report.foreign),
        "warnings": list(report.warnings),
        "remarks": list(report.remarks),
        "mail_host": report.mail_host or None,
    }


def _deed_as_json(deed: Deed) -> dict[str, Json]:
    return {
        "step": deed.number,
        "address": str(deed.address),
        "action": deed.verb.value,
        "id": deed.id,
        "outcome": deed.outcome.value,
        "detail": deed.detail,
        "undone": None if deed.undone is None else deed.undone.value,
        "undo_detail": deed.undo_detail,
        "before": deed.before,
        "after": deed.after,
    }


def _failure(report: Report, paint: Palette) -> Iterator[str]:
    if report.failure:
        yield f"{paint('Error:', Ink.ERROR)} {shown(report.failure)}"
    if report.hint:
        yield f"  {paint('hint:', Ink.STRONG)} {shown(report.hint)}"


def _deeds(deeds: tuple[Deed, ...], paint: Palette) -> Iterator[str]:
    for deed in deeds:
        sign = _SYMBOLS.get(deed.verb, "~")
        yield f"  {paint(sign, _INKS[sign])} {shown(str(deed.address))}: {_ended(deed)}{_undone(deed)}"


def _ended(deed: Deed) -> str:
    detail = f": {shown(deed.detail)}" if deed.detail else ""
    match deed.outcome:
        case Outcome.OK:
            return f"{DONE[deed.verb]}{f' ({shown(deed.id)})' if deed.id else ''}{_digests(deed)}{detail}"
        case Outcome.REJECTED:
            return f"{DOING[deed.verb]} was refused{detail}"
        case Outcome.AMBIGUOUS:
            return f"{DOING[deed.verb]} was sent, and nobody knows whether it was done{detail}"
        case Outcome.WAITING:
            return f"waits for its DNS proof{detail}"
        case Outcome.UNSENT:
            return f"{DOING[deed.verb]} was not begun{detail}"
    assert_never(deed.outcome)


def _digests(deed: Deed) -> str:
    """From which contents to which, in as many letters as tell two apart; whole in the JSON."""
    before, after = (None if one is None else one.removeprefix("sha256:")[:8] for one in (deed.before, deed.after))
    if before is None and after is None:
        return ""
    return f" {before or 'nothing'} -> {after or 'nothing'}"


def _undone(deed: Deed) -> str:
    detail = f": {shown(deed.undo_detail)}" if deed.undo_detail else ""
    match deed.undone:
        case None:
            return ""
        case UndoOutcome.OK:
            return f"; taken back{detail}"
        case UndoOutcome.SKIPPED:
            return f"; not taken back, since somebody else changed it meanwhile{detail}"
        case UndoOutcome.IMPOSSIBLE:
            return f"; can't be taken back{detail}"
        case UndoOutcome.FAILED:
            return f"; could not be taken back{detail}"
    assert_never(deed.undone)


def _section(heading: str, lines: Iterable[str], paint: Palette) -> Iterator[str]:
    told = [f"  {shown(line)}" for line in lines]
    if told:
        yield paint(heading, Ink.STRONG)
        yield from told


def _waits(waits: tuple[Wait, ...], paint: Palette) -> Iterator[str]:
    for number, wait in enumerate(waits):
        if number:
            yield ""
        yield paint(f"{shown(str(wait.address))} waits for its DNS proof.", Ink.STRONG)
        yield "  Publish one of these two records, in the zone that has the name; whoever runs that zone has to do it."
        yield f"    TXT  {shown(wait.name)}  {shown(wait.txt)}"
        yield f"    MX   {shown(wait.name)}  {shown(wait.mx)}"
        if wait.detail:
            yield f"  The service said: {shown(wait.detail)}"
        if wait.looked_up:
            yield f"  {shown(wait.looked_up)}"


def _effect(report: Report) -> Iterator[str]:
    if report.changed and report.began is not None and report.ended is not None:
        window = f"from {moment(report.began)} to {moment(report.ended + EFFECT)}"
        yield f"Mail may have been affected {window}: Exchange may take half an hour (30 minutes) until rules act."
    if report.mail_host and succeeded(report):
        yield f"Services that hand mail back to this tenant deliver it to {shown(report.mail_host)}."


def _next(report: Report, paint: Palette) -> Iterator[str]:
    if report.next_command:
        yield f"Next: {paint(shown(report.next_command), Ink.STRONG)}"
    yield paint(f"Tenant {shown(report.tenant)}, as {shown(report.actor)}.", Ink.FAINT)
    yield paint(f"Run {shown(report.run)}, state serial {report.serial}, exit {int(report.exit)}.", Ink.FAINT)
