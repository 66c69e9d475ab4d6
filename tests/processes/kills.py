"""Rounds of real kills: `mailform apply` is killed at any instant, and the next one has to put everything right.

    with stage(folder, served=True) as tenant:
        Kills(tenant, seed=7).play(0)      goes to the other side, with kills on the way; raises Broken

Rounds are chained on one tenant and one state: an even one goes there, an odd one back. A round can be played again
alone by its seed and number; where exactly its kills fall is the machine's affair.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mailform_state.errors import Failure
from mailform_state.journal import Intent, Undo
from mailform_state.local import STATE
from processes.command import Broken, Running
from processes.looking import leftovers, managed, problems
from processes.phases import Trace, phase, prepared
from processes.stage import Stage
from processes.story import sides
from processes.watching import Growth, Watcher, watching

OVER = "over already"
"""The phase of a process that was done before the kill came."""

_APPLY = ("apply", "--auto-approve", "--allow-large-change", "--settle", "1s", "--visibility-timeout", "10s")
_PLAN = ("plan", "--detailed-exitcode", "--allow-large-change")


@dataclass(slots=True)
class Tally:
    """What there was so far."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: int = 0
    writes: int = 0
    allowed: int = 0
    reads: int = 0


@dataclass(slots=True)
class Kills:
    """Rounds on one stage. `length` (seconds), `calls` and `growth` (bytes of journal) are what an apply takes that
    nobody kills, so that kills fall all over it."""

    stage: Stage
    seed: int
    tally: Tally = field(default_factory=Tally)
    length: float = 0.0
    calls: int = 0
    growth: int = 0
    _side: int = 0
    _as_meant: dict[int, Any] = field(default_factory=dict)

    def prepare(self, number: int = 0) -> None:
        """Brings the tenant to where round `number` begins, over both sides, and so learns how long an apply takes and
        what each side looks like. Raises Broken."""
        for side in (0, 1, 0, 1)[: 3 + number % 2]:
            self._turn(side)
            began, sender, journal = time.monotonic(), self.stage.started, Growth.of(self.stage.folder)
            run = self.stage.start(*_APPLY)
            self.growth = journal.until(sys.maxsize, run)
            run.ends_with(0)
            self.length, self.calls = time.monotonic() - began, self.stage.calls_of(sender)
            self._as_meant[side] = managed(self.stage.hand, self.stage.foreign)

    def play(self, number: int) -> None:
        """One round: kills, then one apply that nobody kills, then all that has to hold. Raises Broken."""
        draw = Random(f"{self.seed}/{number}")
        self._turn(1 - number % 2)
        with watching(self.stage.folder, self.stage.aside) as watcher:
            heard = self.stage.heard()
            for _ in range(draw.choices((1, 2, 3), (5, 3, 2))[0]):
                self.tally.kills[self._kill(draw)] += 1
            last = self.stage.start(*_APPLY)
            last.ends_with(0)
            self.tally.recoveries += last.recovered
            self.stage.quiet()
            self.stage.start(*_PLAN).ends_with(0)
            writes = sum(one.writes for one in self.stage.heard(len(heard)))
        found = [*self._wrong(watcher, writes)]
        self.tally.rounds += 1
        self.tally.writes += writes
        self.tally.reads += watcher.reads
        if found:
            raise Broken("\n".join(found))

    def _turn(self, side: int) -> None:
        self._side = side
        self.stage.configure(sides(self.stage.hand.tenant_id, self.stage.cloud)[side])

    def _kill(self, draw: Random) -> str:
        """Starts an apply and kills it; answers with what it was doing."""
        sender = self.stage.started
        before, journal = Trace.of(self.stage.folder), Growth.of(self.stage.folder)
        group = draw.random() < 0.3
        run = self.stage.start(*_APPLY, shell=group)
        self._wait(run, sender, journal, draw, 1.0 if before.run is None else 0.3)
        self.stage.buried(sender)
        run.kill(group=group)
        if not run.killed:
            run.ends_with(0)
            return OVER
        try:
            return phase(before, Trace.of(self.stage.folder))
        except Failure as unreadable:
            raise Broken(f"after a kill: {unreadable.message}") from None

    def _wait(self, run: Running, sender: int, journal: Growth, draw: Random, reach: float) -> None:
        """Until the instant that is drawn: so long after the start, or after one of its calls, after the journal has
        grown so much, or after the new state was begun. `reach` is the part of the whole that is drawn from: of a run
        that has to recover first only the beginning, since that is where it does."""
        part, pause = draw.uniform(0, reach), draw.choice((0.002, 0.02, 0.2))
        match draw.choice(("time", "call", "call", "journal", "journal", "state")):
            case "time":
                with suppress(subprocess.TimeoutExpired):
                    run.process.wait(1.05 * self.length * part / reach)
                return
            case "call" if self.calls:
                while not run.over and not self.stage.came(sender, 1 + int(self.calls * part)):
                    pass
            case "state":
                self._until_state(run)
                pause /= 10
            case _:
                journal.until(int(self.growth * part), run)
        time.sleep(draw.uniform(0, pause))

    def _until_state(self, run: Running) -> None:
        """Waits until the new state is being written, or has just been."""
        path = self.stage.folder / STATE
        begun, inode = prepared(self.stage.folder), path.stat().st_ino
        while not run.over and prepared(self.stage.folder) == begun and path.stat().st_ino == inode:
            time.sleep(0.0001)

    def _wrong(self, watcher: Watcher, writes: int) -> list[str]:
        """Everything that doesn't hold at the end of a round."""
        hand, foreign, store = self.stage.hand, self.stage.foreign, self.stage.store
        found = [*watcher.problems, *problems(hand, store.read(), foreign), *leftovers(self.stage.folder)]
        if managed(hand, foreign) != self._as_meant[self._side]:
            found.append("the tenant isn't as after an apply that nobody killed")
        told = [entry for journal in watcher.journals() for entry in journal]
        planned, undone = (sum(isinstance(entry, type) for entry in told) for type in (Intent, Undo))
        self.tally.allowed += planned + undone
        if writes > planned + undone:
            found.append(f"{writes} writes, but {planned} were planned and {undone} undone")
        return found
