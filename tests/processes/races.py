"""Rounds of races: several processes apply in one folder at once, and must behave as if they had come one by one.

    with stage(folder, served=True) as tenant:
        Races(tenant, seed=7).play(0)      raises Broken

Rounds are chained on one tenant and one state. Who wins is the machine's affair; a seed draws what kind of race it is.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from processes.command import Broken
from processes.fairness import Racer, ended_badly, interleaved, serial_of, unversioned
from processes.gateway import Heard
from processes.looking import leftovers, problems
from processes.stage import Stage
from processes.story import FLAVOUR, race
from processes.watching import Watcher, watching

KINDS = ("one configuration", "one each", "some killed")

_APPLY = ("apply", "--auto-approve", "--json", "--settle", "1s", "--visibility-timeout", "10s")


@dataclass(slots=True)
class Tally:
    """What there was so far. `wrote` counts the runs that wrote to the tenant, `idle` those that found nothing to do,
    `locked` those that were turned away."""

    rounds: Counter[str] = field(default_factory=Counter)
    processes: int = 0
    wrote: int = 0
    idle: int = 0
    locked: int = 0
    killed: int = 0
    recoveries: int = 0
    writes: int = 0
    versions: int = 0


@dataclass(slots=True)
class Races:
    """Rounds on one stage, which is served: only so anybody knows who wrote what, and when."""

    stage: Stage
    seed: int
    racers: int = 8
    tally: Tally = field(default_factory=Tally)

    def play(self, number: int, kind: str = "") -> None:
        """One race, and all that has to hold after it. Raises Broken. Its kind is drawn where none is given."""
        draw = Random(f"{self.seed}/{number}")
        kind = kind or draw.choice(KINDS)
        self.stage.configure(race(self.stage.hand.tenant_id, self.stage.cloud, number))
        before, heard = serial_of(self.stage.store), len(self.stage.heard())
        with watching(self.stage.folder, self.stage.aside) as watcher:
            racers = [self._start(kind, draw, number) for _ in range(self.racers)]
            self._kill(racers, draw)
            for racer in racers:
                racer.run.wait()
            if any(racer.run.killed for racer in racers):
                racers.append(self._settle(number))
            self.stage.quiet()
            requests = self.stage.heard(heard)
            found = [*self._wrong(racers, requests, before, watcher), *self._unfinished(racers)]
        self._count(kind, racers, requests, before)
        if found:
            raise Broken("\n".join((f"{kind}:", *found)))

    def _start(self, kind: str, draw: Random, number: int) -> Racer:
        sender = self.stage.started
        flavour = f"r{number}" if kind == KINDS[0] else f"r{number}p{sender}"
        waits, kill_at = draw.random() < 0.5, None
        if kind == KINDS[2] and draw.random() < 0.4:
            kill_at = draw.randint(1, 30)
        more = ("--lock-timeout", "60s") if waits else ()
        return Racer(sender, flavour, waits, kill_at, self.stage.start(*_APPLY, "--var", f"{FLAVOUR}={flavour}", *more))

    def _kill(self, racers: Sequence[Racer], draw: Random) -> None:
        """Kills whoever is to be killed when its call has come, as long as it gets that far."""
        doomed = [racer for racer in racers if racer.kill_at is not None]
        while doomed:
            for racer in [*doomed]:
                if racer.run.over:
                    doomed.remove(racer)
                elif racer.kill_at is not None and self.stage.calls_of(racer.number) >= racer.kill_at:
                    time.sleep(draw.uniform(0, 0.03))
                    self.stage.buried(racer.number)
                    racer.run.kill(group=False)
                    doomed.remove(racer)
            time.sleep(0.002)

    def _settle(self, number: int) -> Racer:
        """After a race in which somebody was killed: whoever comes next."""
        sender, flavour = self.stage.started, f"r{number}last"
        racer = Racer(sender, flavour, False, None, self.stage.start(*_APPLY, "--var", f"{FLAVOUR}={flavour}"))
        racer.run.wait()
        return racer

    def _wrong(
        self, racers: Sequence[Racer], requests: Sequence[Heard], before: int, watcher: Watcher
    ) -> Iterator[str]:
        """Everything that doesn't hold of a race."""
        yield from watcher.problems
        yield from problems(self.stage.hand, self.stage.store.read(), self.stage.foreign)
        yield from leftovers(self.stage.folder)
        yield from interleaved(requests, {racer.number for racer in racers if racer.run.killed})
        writers = {one.sender for one in requests if one.writes}
        yield from ended_badly(racers, {one.sender for one in requests})
        yield from unversioned(racers, self.stage.store, before, writers)
        alike = len({racer.flavour for racer in racers}) == 1
        if alike and len(writers) > 1:
            yield f"{len(writers)} processes wrote, and had the same to write"

    def _unfinished(self, racers: Sequence[Racer]) -> Iterator[str]:
        """Unless the tenant is as the last one that got through wanted it."""
        serial = serial_of(self.stage.store)
        last = [one for one in racers if one.done and one.serial == serial]
        if not last:
            yield f"nobody reported serial {serial}"
            return
        plan = self.stage.start("plan", "--detailed-exitcode", "--var", f"{FLAVOUR}={last[0].flavour}")
        if plan.wait() != 0:
            yield f"the tenant isn't as the last run wanted it:\n{plan.out}{plan.err}"

    def _count(self, kind: str, racers: Sequence[Racer], requests: Sequence[Heard], before: int) -> None:
        writers = {one.sender for one in requests if one.writes}
        ended = [one for one in racers if one.done]
        self.tally.rounds[kind] += 1
        self.tally.processes += len(racers)
        self.tally.wrote += sum(one.number in writers for one in ended)
        self.tally.idle += sum(one.number not in writers for one in ended)
        self.tally.locked += sum(one.locked_out for one in racers)
        self.tally.killed += sum(one.run.killed for one in racers)
        self.tally.recoveries += sum(one.run.recovered for one in racers)
        self.tally.writes += sum(one.writes for one in requests)
        self.tally.versions += serial_of(self.stage.store) - before
