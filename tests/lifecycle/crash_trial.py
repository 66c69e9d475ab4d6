"""A story on trial: its run is filmed once, every image is set up again and recovered, and what doesn't hold is
written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    """One story. `broken` is what didn't hold, each with its instants; `points` counts instants, `looked_at` the
    distinct images that were recovered."""

    story: CrashStory
    folder: Path
    parallelism: int = 1
    broken: list[str] = field(default_factory=list)
    points: int = 0
    looked_at: int = 0
    record: Record = field(init=False)
    ground: Ground = field(init=False)
    ids: dict[str, tuple[str, ...]] = field(init=False)
    _seen: set[bytes] = field(default_factory=set)
    _converged: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        folder = self.folder / "run"
        folder.mkdir()
        stage = Stage(folder, parallelism=self.parallelism, heard=self._announced)
        self.story.prepared(stage)
        state, tenant, was = stage.store.read(), stage.hand.tenant, stage.hand.snapshot()
        told: list[Entry] = []
        with recording(stage) as self.record:
            assert stage.apply(watch=told.append).exit is Exit.DONE
        self.points = self.record.points
        ends = {entry.step: entry.id for entry in told if isinstance(entry, Result)}
        written = [(one, str(one.id or ends.get(one.step))) for one in told if isinstance(one, Intent)]
        self.ground = Ground(
            before=tenant,
            was=was,
            goal=stage.hand.snapshot(),
            state=state,
            state_after=stage.state,
            touched=frozenset((one.kind, id) for one, id in written),
            planned=stage.writes(),
        )
        self.ids = {}
        for one, id in written:
            self.ids[str(one.address)] = tuple(dict.fromkeys((*self.ids.get(str(one.address), ()), id)))

    @property
    def images(self) -> tuple[Image, ...]:
        """What a crash of the run would leave, each once."""
        return tuple(self.record.images.values())

    def recovered(self, image: Image) -> None:
        """Recovers from an image of the run."""
        stage = self.restaged(image)
        self.note(image.where, readable(self.ground, stage))
        self.judge(stage, self.recover(stage, image.where), image, 1, image.where)

    def crashes_of_recovery(self, image: Image) -> tuple[Image, ...]:
        """Recovers from an image of the run, and films it; answers with what a crash of that recovery would leave that
        wasn't seen yet."""
        stage = self.restaged(image)
        self.note(image.where, readable(self.ground, stage))
        with recording(stage) as record:
            report = self.recover(stage, image.where)
        self.points += record.points
        self.judge(stage, report, image, 1, image.where)
        fresh = tuple(one for key, one in record.images.items() if key not in self._seen)
        self._seen.update(one.key for one in fresh)
        return fresh

    def recovered_again(self, image: Image, again: Image) -> None:
        """Recovers from an image of the recovery from `image`."""
        stage = self.restaged(again)
        where = f"{image.where}, then {again.where}"
        self.note(where, readable(self.ground, stage))
        report = self.recover(stage, where)
        self.judge(stage, report, image, 2, where, again.sent)

    def restaged(self, image: Image) -> Stage:
        """An image, set up again."""
        self.looked_at += 1
        stage = restage(image, self.folder / "again", self.story.after, parallelism=self.parallelism)
        stage.heard = self._announced
        return stage

    def goes_forward(self, image: Image) -> bool:
        """Whether the run was only to go forward when it died, or had come to its end."""
        return past_pivot(image) or (JOURNAL not in image.files and image.sent == self.ground.planned)

    def converge(self, stage: Stage, where: str, *, may_refuse: bool = False) -> None:
        """One apply leads to the goal, and then nothing is to be done. What was seen already isn't tried again: dates
        make no difference to it. `may_refuse`: the plan may be refused, naming what is in its way."""
        tenant = stage.hand.tenant
        key = (tuple(now(stage, "").files.items()), repr(stage.hand.snapshot()), tenant.made)
        if key in self._converged:
            return
        self._converged.add(key)
        self.note(where, self._converging(stage, may_refuse))

    def note(self, where: str, found: Iterable[str]) -> None:
        """Writes down what doesn't hold."""
        self.broken.extend(f"{where}: {what}" for what in found)

    def tell(self, record_property: Callable[[str, object], None], *how: str) -> None:
        """Tells the figures, for the end of the tests' output, and fails if anything was broken. `how`: the instants
        were told by another test, which looks at them in another way."""
        several = () if self.parallelism == 1 else (f"{self.parallelism} at a time",)
        label = ", ".join((self.story.name, *several, *how))
        caught = (0, 0) if how else (self.points, len(self.images) + len(self._seen))
        record_property("crashes", (label, *caught, self.looked_at))
        assert not self.broken, self._summary()

    def _summary(self) -> str:
        first = (what if len(what) < 400 else f"{what[:400]}..." for what in self.broken[:20])
        return "\n".join(["", f"{len(self.broken)} times something doesn't hold; first:", *first])

    def recover(self, stage: Stage, where: str) -> Report | None:
        """Recovers as another process would."""
        try:
            return stage.recover()
        except Failure as failure:
            self.note(where, [f"recovery raises {type(failure).__name__}: {failure.message}"])
            return None

    def judge(self, stage: Stage, report: Report | None, image: Image, crashes: int, where: str, sent: int = 0) -> None:
        """Whether everything holds after a recovery from `image`; `sent` more writes had left by then."""
        ending = Ending(stage, report, self.goes_forward(image), image.sent + sent, crashes)
        self.note(where, broken(self.ground, ending))
        self.converge(stage, where)

    def _converging(self, stage: Stage, may_refuse: bool) -> Iterator[str]:
        stage.heard = lambda _stage, _request: None
        try:
            report = stage.apply()
            plan = stage.plan().plan
        except Mistakes as mistakes:
            told = " ".join(f"{found.message} {found.hint}" for found in mistakes.diagnostics)
            if not may_refuse or "mailform import" not in told:
                yield f"the next apply can't be planned: {told}"
            return
        except Failure as failure:
            yield f"the next apply raises {type(failure).__name__}: {failure.message}"
            return
        if report.exit is not Exit.DONE:
            yield f"the next apply ends with {report.exit.name}: {report}"
        if not plan.empty or plan.drift:
            yield f"the plan after the next apply isn't empty: {plan.steps} {plan.drift}"
        if not may_refuse:
            yield from (f"after the next apply: {path}" for path in _differing(self.ground, stage))

    def _announced(self, stage: Stage, request: Request) -> None:
        camera = stage.camera
        journal = (stage.folder / JOURNAL).read_bytes() if camera is None else camera.durable(JOURNAL)
        self.note(f"when {request.operation} was sent", unannounced(request, journal))


def _differing(ground: Ground, stage: Stage) -> list[str]:
    return difference(by_name(ground.goal), by_name(stage.hand.snapshot()))
