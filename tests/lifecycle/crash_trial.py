"""A story on trial: its images recovered one by one, and everything that doesn't hold written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lifecycle.crash_stories import CrashStory
from lifecycle.crashes import Image, Record, Stage, now, recording, restage
from lifecycle.invariants import Ending, Ground, broken, by_name, past_pivot, readable, unannounced
from mailform.diagnostics import Mistakes
from mailform.exits import Exit
from mailform.session.report import Report
from mailform_providers.sandbox import Request
from mailform_providers.sandbox.snapshot import difference
from mailform_state.errors import Failure
from mailform_state.journal import Entry, Intent, Result
from mailform_state.local import JOURNAL


@dataclass(slots=True)
class Trial:
    """One story. `broken` is what didn't hold, each with the instants; `points` counts instants, `images` are the
    distinct ones of the run itself, `second` those of its recoveries."""

    story: CrashStory
    folder: Path
    parallelism: int = 1
    broken: list[str] = field(default_factory=list)
    images: tuple[Image, ...] = ()
    record: Record = field(default_factory=Record)
    points: int = 0
    second: set[bytes] = field(default_factory=set)
    converged: set[object] = field(default_factory=set)
    ground: Ground = field(init=False)

    def __post_init__(self) -> None:
        folder = self.folder / "run"
        folder.mkdir()
        stage = Stage(folder, parallelism=self.parallelism, heard=self._announced)
        self.story.prepared(stage)
        state, tenant, was = stage.store.read(), stage.hand.tenant, stage.hand.snapshot()
        stage.opened.clear()
        told: list[Entry] = []
        with recording(stage) as self.record:
            assert stage.apply(watch=told.append).exit is Exit.DONE
        self.images = tuple(self.record.images.values())
        self.points = self.record.points
        intents = {entry.step: entry for entry in told if isinstance(entry, Intent)}
        ends = {entry.step: entry.id for entry in told if isinstance(entry, Result)}
        self.ground = Ground(
            before=tenant,
            after=stage.hand.tenant,
            was=was,
            goal=stage.hand.snapshot(),
            state=state,
            state_after=stage.state,
            touched=frozenset((one.kind, str(one.id or ends.get(step))) for step, one in intents.items()),
            planned=stage.writes(),
        )

    def recovered(self, image: Image) -> tuple[Image, ...]:
        """Recovers from an image of the run; answers with what a crash of that recovery would leave that wasn't seen
        yet."""
        stage = self._restaged(image)
        self._note(image.where, readable(self.ground, stage))
        with recording(stage) as record:
            report = self._recover(stage, image.where)
        self._look(stage, report, image, 1, image.where)
        self.points += record.points
        fresh = tuple(one for key, one in record.images.items() if key not in self.second)
        self.second.update(one.key for one in fresh)
        return fresh

    def recovered_again(self, image: Image, again: Image) -> None:
        """Recovers from an image of the recovery from `image`."""
        stage = self._restaged(again)
        where = f"{image.where}, then {again.where}"
        self._note(where, readable(self.ground, stage))
        report = self._recover(stage, where)
        self._look(stage, report, image, 2, where, again.sent)

    def report(self, record_property: object) -> None:
        """Tells the figures, for the end of the tests' output."""
        record_property(  # type: ignore[operator]  # pytest's
            "crash points", (self.story.name, self.parallelism, self.points, len(self.images) + len(self.second))
        )

    def _restaged(self, image: Image) -> Stage:
        stage = restage(image, self.folder / "again", self.story.after, parallelism=self.parallelism)
        stage.heard = self._announced
        return stage

    def _forward(self, image: Image) -> bool:
        """Whether the run was only to go forward when it died, or had come to its end."""
        return past_pivot(image) or (JOURNAL not in image.files and image.sent == self.ground.planned)

    def _recover(self, stage: Stage, where: str) -> Report | None:
        try:
            return stage.recover()
        except Failure as failure:
            self._note(where, [f"recovery raises {type(failure).__name__}: {failure.message}"])
            return None

    def _look(
        self, stage: Stage, report: Report | None, image: Image, crashes: int, where: str, sent: int = 0
    ) -> None:
        ending = Ending(stage, report, self._forward(image), image.sent + sent, crashes)
        self._note(where, broken(self.ground, ending))
        self._converge(stage, where)

    def _converge(self, stage: Stage, where: str) -> None:
        """One apply leads to the goal, and then nothing is to be done. What was seen already isn't tried again: dates
        make no difference to it."""
        tenant = stage.hand.tenant
        key = (tuple(now(stage, "").files.items()), repr(stage.hand.snapshot()), tenant.made)
        if key in self.converged:
            return
        self.converged.add(key)
        self._note(where, self._converging(stage))

    def _converging(self, stage: Stage) -> Iterator[str]:
        stage.heard = lambda _stage, _request: None
        try:
            report = stage.apply()
            plan = stage.plan().plan
        except (Failure, Mistakes) as failure:
            yield f"the next apply raises {failure}"
            return
        if report.exit is not Exit.DONE:
            yield f"the next apply ends with {report.exit.name}: {report}"
        if not plan.empty or plan.drift:
            yield f"the plan after the next apply isn't empty: {plan.steps}"
        for path in difference(by_name(self.ground.goal), by_name(stage.hand.snapshot())):
            yield f"after the next apply: {path}"

    def _announced(self, stage: Stage, request: Request) -> None:
        if stage.camera is not None:
            journal = stage.camera.durable(JOURNAL)
        else:
            journal = (stage.folder / JOURNAL).read_bytes()
        self._note("when sent", unannounced(request, journal))

    def _note(self, where: str, found: Iterator[str] | list[str]) -> None:
        self.broken.extend(f"{where}: {what}" for what in found)


Property = Callable[[str, object], None]
"""pytest's `record_property`."""
