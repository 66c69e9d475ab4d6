"""Settling a journal that was left open: before the pivot everything is taken back, after it everything is finished.

Works from the journal alone, so that it can run on another machine, with another configuration or none. Whatever it
does is added to the same journal: a recovery that is killed is simply recovered again. Start reading at `recover`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from mailform.execute.ledger import Tempo
from mailform.execute.restored import restored
from mailform.execute.undo import Leftover, take_back
from mailform.exits import Exit
from mailform.planning.undo import undoing
from mailform.session.aftermath import Aftermath, arrived, namesakes, settling, unsettled
from mailform.session.applying import Now, left_open, reason
from mailform.session.finishing import finish
from mailform.session.forward import kept, misfits
from mailform.session.report import Report
from mailform.session.skipping import Decision, skip
from mailform.session.telling import past_pivot, recovered
from mailform_providers.contract import Provider
from mailform_providers.dns.publish import Publisher
from mailform_state.errors import Damaged, Failure, Refused, WrongTenant
from mailform_state.journal import Begin, End, Entry, Intent, Pivot, Skip, Undo, replay
from mailform_state.store import Lock, Store
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Course:
    """How a recovery is to go. `watch` is told every entry once it is durable; `publisher` is the zone in which the
    run published. `forward`: what the run has done is kept, where it would be taken back. `decision`: what is to be
    left as it is."""

    tool_version: str
    tempo: Tempo = field(default_factory=Tempo)
    watch: Callable[[Entry], None] = lambda _: None
    publisher: Publisher | None = None
    forward: bool = False
    decision: Decision | None = None


def recover(store: Store, tenant: str, provider: Provider, lock: Lock, clock: Now, course: Course) -> Report | None:
    """Settles the open journal; None when there is none. Raises Failure when the journal isn't this tenant's, doesn't
    fit the state, or the tenant can't be read: then nothing was changed and the journal is still there."""
    journal = store.journal()
    if journal is None:
        return None
    told = list(journal.entries)
    begin = next((entry for entry in told if isinstance(entry, Begin)), None)
    if begin is None:
        raise Damaged("the journal has no beginning", hint="Keep the file, and look at the tenant before removing it")
    if begin.tenant != tenant:
        raise WrongTenant(f"the journal is of tenant {begin.tenant}, the sign-in is for {tenant}")
    base, concluded = _base(store, begin, told)
    if concluded:
        store.close_journal()
        return recovered(told, _ending(base, told, ()), base.serial, clock.now())

    def write(entries: Iterable[Entry]) -> None:
        lock.check()
        added = tuple(entries)
        store.append(added)
        told.extend(added)
        for entry in added:
            course.watch(entry)

    try:
        left = _settle(base, Aftermath(provider, course.tempo, clock, begin, told, course.publisher), course, write)
        if any(not leftover.foreign for leftover in left) and not past_pivot(told):
            write((End(int(Exit.UNRESOLVED), clock.now()),))
            return recovered(told, Exit.UNRESOLVED, base.serial, clock.now(), left)
        after = _conclude(store, base, told, course)
        code = _ending(after, told, left)
        write((End(int(code), clock.now()),))
        store.close_journal()
    except (Failure, KeyboardInterrupt) as cut:
        if not any(isinstance(entry, Intent | Undo | Pivot | Skip | End) for entry in told[len(journal.entries) :]):
            raise
        return recovered(told, left_open(cut), base.serial, clock.now(), cut_off=reason(cut))
    return recovered(told, code, after.serial, clock.now(), left)


def _settle(
    base: State, scene: Aftermath, course: Course, write: Callable[[Iterable[Entry]], None]
) -> tuple[Leftover, ...]:
    """Finds out what the journal doesn't know, and goes back, or forward; answers with what is left."""
    odd: list[Leftover] = []
    intents = unsettled(scene.told)
    if intents:
        results = tuple(settling(intents, scene))
        odd.extend(namesakes(intents, results, scene))
        write(results)
    if course.decision is not None:
        write(skip(course.decision, base, scene.told))
    if course.forward and not past_pivot(scene.told):
        hindering = misfits(scene)
        if hindering:
            raise Refused(
                f"the run can't go on: {'; '.join(hindering)}",
                hint="Nothing was changed. Take it back: mailform recover",
            )
        write((Pivot(kept(base, scene)),))
    if past_pivot(scene.told):
        return (*odd, *(Leftover(what, detail) for what, detail in finish(scene, write)))
    left = _roll_back(scene, write)
    for _ in range(_ARRIVALS):
        late = arrived(scene)
        if not late:
            break
        write(late)
        left = _roll_back(scene, write)
    return (*odd, *left)


_ARRIVALS = 5
"""How often a recovery goes back once more since something arrived that had been on its way; each takes at least one
write that the run had sent, and a run has at most a wave of these."""


def _roll_back(scene: Aftermath, write: Callable[[Iterable[Entry]], None]) -> tuple[Leftover, ...]:
    """Takes everything back; answers with what isn't as it was."""
    left: list[Leftover] = []
    for step in undoing(scene.told):
        for entries in take_back(step, scene, left):
            write(entries)
    window = scene.tempo.settle if left else scene.tempo.visibility
    try:
        found = restored(scene.told, left, scene, window)
    except Failure as unread:
        return (*left, Leftover("the tenant", f"it could not be read again: {unread.message}"))
    return (*left, *found.ours, *found.foreign)


def _base(store: Store, begin: Begin, told: list[Entry]) -> tuple[State, bool]:
    """The state that the run began from; and whether the state that its journal leads to is written already."""
    stored = store.read()
    first = State(lineage=begin.lineage, tenant=begin.tenant)
    if stored is None and begin.serial == 0:
        return first, False
    if stored is not None and stored.lineage == begin.lineage:
        if stored.serial == begin.serial:
            return stored, False
        if stored.serial > begin.serial:
            former = first if begin.serial == 0 else store.version(begin.serial)
            after = replay(former, told)
            if replace(after, tool_version=stored.tool_version) == stored:
                return stored, True
            if replace(former, serial=stored.serial, tool_version=stored.tool_version) == stored:
                return stored, False  # it was damaged, and that very version was brought back
    here = "and there is none" if stored is None else f"and not the one that is here (serial {stored.serial})"
    raise Damaged(
        f"the journal began from serial {begin.serial} of another state, {here}",
        hint="Bring back the state that belongs to the journal: mailform state restore SERIAL",
    )


def _conclude(store: Store, base: State, told: list[Entry], course: Course) -> State:
    """Writes the state that the journal leads to, if it says anything new; answers with it."""
    after = replace(replay(base, told), tool_version=course.tool_version)
    if replace(after, serial=base.serial, tool_version=base.tool_version) == base:
        return base
    store.write(after, expected=None if store.read() is None else base.serial)
    if store.read() != after:
        raise Damaged("the state that was read back isn't the one that was written", hint="The journal was kept")
    return after


def _ending(after: State, told: list[Entry], left: Iterable[Leftover]) -> Exit:
    """How a run ended that is settled: finished with something that the next apply goes on with, or without."""
    if not past_pivot(told):
        return Exit.DONE
    waits = after.pending_delete or after.proofs or any(not leftover.foreign for leftover in left)
    return Exit.WAITING if waits else Exit.DONE
