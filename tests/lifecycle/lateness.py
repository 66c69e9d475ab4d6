"""A write that was on its way when its run died, and that the service carries out only later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lifecycle.bench import StillClock
from lifecycle.crash_trial import Trial
from lifecycle.crashes import LATER, Flight, Stage, Watched
from lifecycle.interference import told_by
from mailform.exits import Exit
from mailform.session.report import Report
from mailform_providers.sandbox import Request
from mailform_providers.sandbox.snapshot import difference


class Late(StrEnum):
    """When it is carried out."""

    WHILE_LOOKING = "while the recovery looks for it"
    BEFORE_UNDOING = "right before the recovery's first own write"
    AFTERWARDS = "when all is over"


@dataclass(slots=True)
class Landing:
    """The write, carried out once."""

    stage: Stage
    flight: Flight
    over: bool = False

    def __call__(self) -> None:
        if not self.over:
            self.over = True
            elsewhere = Stage(self.stage.folder, memory=self.stage.memory, clock=self.stage.clock)
            Watched.of(elsewhere).answer(self.flight.arrival)


@dataclass(slots=True)
class Waking(StillClock):
    """A clock at which something happens as soon as somebody sleeps."""

    woken: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        # not `super()`: a slotted dataclass is another class than the one it was written as
        StillClock.sleep(self, seconds)
        self.woken()


def landed_late(trial: Trial, flight: Flight, late: Late) -> None:
    """Recovers while a write lands late, and looks whether what is said of it is true."""
    stage = trial.restaged(flight.image)
    landing = Landing(stage, flight)
    where = f"{flight.operation} was on its way, and lands {late}"
    if late is Late.WHILE_LOOKING:
        stage.clock = Waking(LATER, landing)
    elif late is Late.BEFORE_UNDOING:
        stage.heard = _before(stage.heard, landing)
    report = trial.recover(stage, where)
    if landing.over and late is Late.WHILE_LOOKING:
        trial.judge(stage, report, flight.image, 1, where, 1)
        return
    trial.note(where, _honest(trial, flight, stage, report))
    landing()
    if stage.store.journal() is not None:
        trial.judge(stage, trial.recover(stage, where), flight.image, 2, f"{where}, recovered again", 1)
    else:
        trial.converge(stage, where, may_refuse=True)


def _before(heard: Callable[[Stage, Request], None], landing: Landing) -> Callable[[Stage, Request], None]:
    def told(stage: Stage, request: Request) -> None:
        if not landing.over:
            landing()
            heard(stage, request)

    return told


def _honest(trial: Trial, flight: Flight, stage: Stage, report: Report | None) -> Iterator[str]:
    """Nobody says that all is as it was, or as it was meant, when it isn't."""
    base = trial.ground.goal if trial.goes_forward(flight.image) else trial.ground.was
    paths = difference(base, stage.hand.snapshot())
    if paths and report is not None and (report.exit is Exit.DONE or not told_by(report)):
        yield f"recovery ends with {report.exit.name} and tells {told_by(report)!r}, but: {paths}"
