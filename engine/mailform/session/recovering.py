"""Settling a journal that was left open: before the pivot everything is taken back, after it everything is finished.

Works from the journal alone, so that it can run on another machine, with another configuration or none. Whatever it
does is added to the same journal: a recovery that is killed is simply recovered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailform.execute.ledger import Clock, Tempo
from mailform.execute.lost import found_of_all, landed
from mailform.execute.outcome import gone
from mailform.execute.publishing import PUBLISH, WITHDRAW, settled
from mailform.execute.undo import take_back
from mailform.execute.verify import restored
from mailform.exits import Exit
from mailform.planning.images import seen
from mailform.planning.undo import undoing
from mailform.session.applying import Now
from mailform.session.report import Report
from mailform.session.telling import deeds
from mailform_providers.contract import Observed, Provider
from mailform_providers.dns.publish import Publisher
from mailform_providers.kinds import OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.normal import Directory
from mailform_state.errors import Damaged, Failure, WrongTenant
from mailform_state.journal import Begin, End, Entry, Intent, Outcome, Pivot, Result, replay
from mailform_state.store import Lock, Store
from mailform_state.values import State


@dataclass(slots=True)
class Aftermath:
    """What a journal tells of its run, as far as looking for lost answers and taking back need it."""

    provider: Provider
    tempo: Tempo
    clock: Clock
    begin: Begin
    told: list[Entry]
    publisher: Publisher | None = None
    _directory: Directory = field(default_factory=Directory)

    def __post_init__(self) -> None:
        if any(isinstance(entry, Intent) and entry.kind == TRANSPORT_RULE for entry in self.told):
            self._directory = Directory.of(self.provider.read(OUTBOUND_CONNECTOR).objects)

    def present(self) -> Mapping[str, frozenset[str]]:
        """The ids of every object that was there before the run, by kind."""
        return {kind: frozenset(ids) for kind, ids in self.begin.present.items()}

    def own(self) -> frozenset[str]:
        """The ids of the objects whose making the journal knows of."""
        made = {entry.step for entry in self.told if isinstance(entry, Intent) and entry.action == "create"}
        return frozenset(
            entry.id for entry in self.told if isinstance(entry, Result) and entry.step in made and entry.id is not None
        )

    def directory(self) -> Directory:
        """The tenant's connectors, by every spelling."""
        return self._directory


@dataclass(frozen=True, slots=True)
class Course:
    """How a recovery is to go. `watch` is told every entry once it is durable; `publisher` is the zone in which the
    run published."""

    tool_version: str
    tempo: Tempo = field(default_factory=Tempo)
    watch: Callable[[Entry], None] = lambda _: None
    publisher: Publisher | None = None


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
        return _report(begin, told, Exit.DONE, clock, base.serial)

    def write(entries: Iterable[Entry]) -> None:
        lock.check()
        added = tuple(entries)
        store.append(added)
        told.extend(added)
        for entry in added:
            course.watch(entry)

    scene = Aftermath(provider, course.tempo, clock, begin, told, course.publisher)
    unsettled = _unsettled(told)
    if unsettled:
        write(_settled(unsettled, scene))
    left: list[str] = []
    if not any(isinstance(entry, Pivot) for entry in told):
        left = _roll_back(scene, write)
    if left:
        write((End(int(Exit.UNRESOLVED), clock.now()),))
        return _report(begin, told, Exit.UNRESOLVED, clock, base.serial, tuple(left))
    serial = _conclude(store, base, told, course)
    write((End(int(Exit.DONE), clock.now()),))
    store.close_journal()
    return _report(begin, told, Exit.DONE, clock, serial)


def _base(store: Store, begin: Begin, told: list[Entry]) -> tuple[State, bool]:
    """The state that the run began from; and whether the state that its journal leads to is written already."""
    stored = store.read()
    if stored is None or (stored.lineage, stored.serial) == (begin.lineage, begin.serial):
        return stored or State(lineage=begin.lineage, tenant=begin.tenant), False
    if stored.lineage == begin.lineage and stored.serial > begin.serial:
        first = State(lineage=begin.lineage, tenant=begin.tenant)
        former = first if begin.serial == 0 else store.version(begin.serial)
        after = replay(former, told)
        if replace(after, tool_version=stored.tool_version) == stored:
            return stored, True
        if replace(former, serial=stored.serial, tool_version=stored.tool_version) == stored:
            return stored, False  # it was damaged, and that very version was brought back
    raise Damaged(
        f"the journal began from serial {begin.serial} of another state than the one that is here (serial "
        f"{stored.serial})",
        hint="Bring back the state that belongs to the journal: mailform state restore SERIAL",
    )


def _unsettled(told: list[Entry]) -> list[Intent]:
    """The intents of which the journal doesn't say how they ended."""
    known = {entry.step for entry in told if isinstance(entry, Result) and entry.outcome is not Outcome.AMBIGUOUS}
    return [entry for entry in told if isinstance(entry, Intent) and entry.step not in known]


def _settled(intents: list[Intent], scene: Aftermath) -> Iterator[Result]:
    """How each intent ended after all: as the tenant shows it. What doesn't show within the settle window didn't
    happen, or happens so late that the next plan will show it."""
    # whether a move happened makes no difference: the order is restored as a whole, and only where it has to be
    looked_for = [intent for intent in intents if intent.action in ("create", "update", "delete")]
    found = found_of_all(looked_for, {}, scene) if looked_for else {}
    left = {intent.kind for intent in looked_for if intent.action == "update" and intent.step not in found}
    shown = {one.id: one for kind in sorted(left) for one in scene.provider.read(kind).objects}
    for intent in intents:
        current = found.get(intent.step)
        if intent.action == "move":
            yield Result(intent.step, Outcome.OK, intent.id, detail="taken for done when recovering")
            continue
        if intent.action == "validate":
            yield Result(intent.step, Outcome.UNSENT, intent.id, detail="whether the test mail was sent isn't known")
            continue
        if intent.action in (PUBLISH, WITHDRAW):
            yield settled(intent, scene)
            continue
        if current is None and intent.action == "update":
            current = _touched(intent, shown.get(str(intent.id)), scene)
        if current is None:
            yield Result(intent.step, Outcome.UNSENT, intent.id, detail="it doesn't show in the tenant")
        elif intent.action == "delete":
            yield Result(intent.step, Outcome.OK, current.id, None, gone(intent))
        else:
            yield Result(intent.step, Outcome.OK, current.id, seen(current), (), "found when recovering")


def _touched(intent: Intent, current: Observed | None, scene: Aftermath) -> Observed | None:
    """The object, if what was to be written isn't what it was before: the service has it in a spelling of its own."""
    before = next((one.attributes for one in scene.begin.before if one.id == intent.id), None)
    if before is None or current is None:
        return None
    return current if landed(intent, before, current, scene) else None


def _roll_back(scene: Aftermath, write: Callable[[Iterable[Entry]], None]) -> list[str]:
    """Takes everything back; answers with what isn't as it was."""
    left: list[str] = []
    for step in undoing(scene.told):
        for entries in take_back(step, scene, left):
            write(entries)
    window = scene.tempo.settle if left else scene.tempo.visibility
    try:
        left += [problem for problem in restored(scene.begin, scene.told, scene, window) if problem not in left]
    except Failure as unread:
        left.append(f"the tenant could not be read again: {unread.message}")
    return left


def _conclude(store: Store, base: State, told: list[Entry], course: Course) -> int:
    """Writes the state that the journal leads to, if it says anything new."""
    after = replace(replay(base, told), tool_version=course.tool_version)
    if replace(after, serial=base.serial, tool_version=base.tool_version) == base:
        return base.serial
    store.write(after, expected=None if store.read() is None else base.serial)
    if store.read() != after:
        raise Damaged("the state that was read back isn't the one that was written", hint="The journal was kept")
    return after.serial


def _report(begin: Begin, told: list[Entry], code: Exit, clock: Now, serial: int, left: tuple[str, ...] = ()) -> Report:
    finished = any(isinstance(entry, Pivot) for entry in told)
    return Report(
        run=begin.run,
        tenant=begin.tenant,
        actor=begin.actor,
        exit=code,
        deeds=deeds(told),
        unresolved=left,
        began=begin.at,
        ended=clock.now(),
        serial=serial,
        failure="" if finished else "the run was cut off",
        next_command="mailform recover" if left else "mailform plan",
    )
