"""One apply: journal, run, state. The caller holds the lock and has shown the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from mailform.execute.ledger import Clock, Ledger, Tempo
from mailform.execute.run import Verdict, run
from mailform.exits import Exit
from mailform.planning.images import image
from mailform.planning.plan import Options
from mailform.planning.records import readdressed
from mailform.planning.schedule import Schedule, schedule
from mailform.planning.steps import Adopt
from mailform.planning.world import ids_of
from mailform.session.explaining import LookUp, explained
from mailform.session.preparing import Prepared
from mailform.session.report import Deed, Report, Wait
from mailform.session.telling import deeds
from mailform_providers.contract import Provider
from mailform_providers.dns.publish import Publisher
from mailform_state.changes import Tell
from mailform_state.errors import Damaged, Failure, Locked
from mailform_state.journal import Begin, End, Entry, Image, Pivot, replay
from mailform_state.store import Lock, Store


class Now(Clock, Protocol):
    """The clock of a run: also the time of day, in UTC."""

    def now(self) -> datetime:
        """The time of day, in UTC."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an apply is to go. `run` is its id (hex), `actor` who it runs as. `watch` is told every entry once it is
    durable, `stopped` is asked whether the user wants to stop. `asked` is what the plan was made with. `publisher` is
    the zone of `[dns]`; `look_up` looks for the proof of a domain that waits, None where nobody shall."""

    run: str
    actor: str
    tool_version: str
    tempo: Tempo = field(default_factory=Tempo)
    rollback: bool = True
    asked: Options = field(default_factory=Options)
    plan_digest: str = ""
    plan_expires: datetime | None = None
    watch: Callable[[Entry], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False
    publisher: Publisher | None = None
    look_up: LookUp | None = None


def apply(prepared: Prepared, provider: Provider, store: Store, lock: Lock, clock: Now, manner: Manner) -> Report:
    """Carries out a plan and writes the new state. Answers with a report however the run ended, also where the store
    failed, the lock was lost or the user left at once (then the journal stays open); raises only where nothing was
    begun."""
    began = clock.now()
    plan, base = prepared.plan, prepared.state
    known, _ = readdressed(base, prepared.configuration.moved)
    waves = schedule(plan, known, manner.run)
    ledger = Ledger(
        provider, prepared.configuration, plan, known, manner.tempo, clock, manner.stopped, manner.publisher
    )
    begin = Begin(
        run=manner.run,
        plan=manner.plan_digest,
        tenant=prepared.tenant,
        lineage=base.lineage,
        serial=base.serial,
        actor=manner.actor,
        at=began,
        before=before_images(waves, prepared),
        rule_order=plan.rules_before,
        present=ids_of(plan.observed, base),
        plan_expires=manner.plan_expires,
        rule_order_after=plan.rules_after,
        configuration=prepared.configuration.digest,
        asked=manner.asked.told(),
    )
    if waves.operations:
        store.keep_images(base.serial, begin.before)
    told: list[Entry] = []
    try:
        verdict = _drive(waves, begin, ledger, store, lock, manner, told)
        done = Account(prepared, ledger, verdict, tuple(told), manner, began)
        if verdict.failure and not verdict.restored:
            code = Exit.INTERRUPTED if verdict.held else Exit.UNRESOLVED
            store.append((End(int(code), clock.now()),))
            return done.report(code, clock.now(), base.serial)
        serial = _conclude(prepared, told, store, manner, rolled_back=bool(verdict.failure))
        code = done.exit()
        store.append((End(int(code), clock.now()),))
        store.close_journal()
    except (Failure, KeyboardInterrupt) as cut:
        if not told:
            raise
        verdict = Verdict(reason(cut), held=True)
        return Account(prepared, ledger, verdict, tuple(told), manner, began).report(
            left_open(cut), clock.now(), base.serial
        )
    return done.report(code, clock.now(), serial)


def left_open(cut: Failure | KeyboardInterrupt) -> Exit:
    """The exit code of what ended in the middle, its journal still open."""
    return Exit.LOCKED if isinstance(cut, Locked) else Exit.INTERRUPTED


def reason(cut: Failure | KeyboardInterrupt) -> str:
    """What to say of it."""
    return cut.message if isinstance(cut, Failure) else "interrupted twice: left at once"


def before_images(waves: Schedule, prepared: Prepared) -> tuple[Image, ...]:
    """The before-image of every object that an operation writes to, once each."""
    owners = {(known.kind, known.id): address for address, known in prepared.state.resources.items()}
    owners |= {
        (step.current.kind, step.current.id): step.address for step in prepared.plan.steps if isinstance(step, Adopt)
    }
    found: dict[tuple[str, str], Image] = {}
    for one in waves.operations:
        if one.current is not None:
            key = (one.current.kind, one.current.id)
            found.setdefault(key, image(one.current, owners.get(key)))
    for seen in prepared.plan.observed.get("transport_rule", ()):
        if any(one.kind == "transport_rule" for one in waves.operations) and (seen.kind, seen.id) in owners:
            found.setdefault((seen.kind, seen.id), image(seen, owners[seen.kind, seen.id]))
    return tuple(found.values())


def _drive(
    waves: Schedule, begin: Begin, ledger: Ledger, store: Store, lock: Lock, manner: Manner, told: list[Entry]
) -> Verdict:
    """Makes each entry durable before the run may go on to the next; the lock is checked before every wave."""
    steps = run(waves, begin, ledger, rollback=manner.rollback)
    while True:
        try:
            entries = next(steps)
        except StopIteration as end:
            verdict: Verdict = end.value
            return verdict
        lock.check()
        store.append(entries)
        told.extend(entries)
        for entry in entries:
            manner.watch(entry)


def _conclude(prepared: Prepared, told: Sequence[Entry], store: Store, manner: Manner, *, rolled_back: bool) -> int:
    """Writes the state that the journal leads to, if it says anything new, and reads it back. A first apply that was
    taken back leaves no state either."""
    after = replace(replay(prepared.state, told), tool_version=manner.tool_version)
    same = replace(after, serial=prepared.state.serial, tool_version=prepared.state.tool_version) == prepared.state
    if same and (rolled_back or not prepared.new):
        return prepared.state.serial
    store.write(after, expected=None if prepared.new else prepared.state.serial)
    if store.read() != after:
        raise Damaged("the state that was read back isn't the one that was written", hint="The journal was kept")
    return after.serial


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a report is made from."""

    prepared: Prepared
    ledger: Ledger
    verdict: Verdict
    told: tuple[Entry, ...]
    manner: Manner
    began: datetime

    def exit(self) -> Exit:
        """How a run ended whose journal can be closed."""
        if self.verdict.failure:
            return Exit.ROLLED_BACK
        waits = self.ledger.waiting or self.ledger.deferred or self.verdict.postponed
        return Exit.WAITING if waits else Exit.DONE

    def mail_host(self) -> str:
        """The tenant's own MX host, as this run or an earlier one saw it."""
        told = [c.mail_host for e in self.told if isinstance(e, Pivot) for c in e.changes if isinstance(c, Tell)]
        return told[-1] if told else self.prepared.state.mail_host

    def report(self, code: Exit, now: datetime, serial: int) -> Report:
        """The report, as of `now`."""
        found: tuple[Deed, ...] = deeds(self.told)
        undone = bool(self.verdict.failure) and self.verdict.restored
        return Report(
            run=self.manner.run,
            tenant=self.prepared.tenant,
            actor=self.manner.actor,
            exit=code,
            deeds=found,
            waits=()
            if undone
            else explained(
                (
                    Wait(address, wait.name, wait.txt, wait.mx, wait.detail)
                    for address, wait in sorted(self.ledger.waiting.items())
                ),
                self.manner.look_up,
            ),
            deferred=() if undone else tuple(sorted(self.ledger.deferred - self.ledger.waiting.keys())),
            pending=self.verdict.postponed,
            unresolved=self.verdict.leftover,
            foreign=self.verdict.foreign,
            warnings=tuple(self.ledger.warnings),
            remarks=tuple(self.ledger.remarks),
            began=self.began,
            ended=now,
            serial=serial,
            failure=self.verdict.failure,
            hint=_hint(code, self.verdict),
            next_command=_next(code),
            mail_host=self.mail_host(),
        )


def _hint(code: Exit, verdict: Verdict) -> str:
    if code is Exit.UNRESOLVED and verdict.uncertain:
        return "a change whose answer was lost may still land; look at the tenant again in a few minutes"
    if code in (Exit.INTERRUPTED, Exit.LOCKED) and verdict.held:
        return "what the run had begun is written down in its journal, which was left open"
    return ""


def _next(code: Exit) -> str:
    return {
        Exit.UNRESOLVED: "mailform recover",
        Exit.INTERRUPTED: "mailform recover",
        Exit.LOCKED: "mailform recover",
        Exit.WAITING: "mailform apply",
    }.get(code, "")
