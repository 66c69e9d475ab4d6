"""Killed at every instant, and the recovery killed at every instant too: nothing is lost, and nothing stays half done.

`crashes` catches the instants, `invariants` says what has to hold, `crash_trial` sets each up again, recovers it and
looks. How many there were is told at the end of the tests' output. `MAILFORM_CRASHES=all` looks at every one also where
the story is too long for that in every run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from lifecycle.crash_stories import EVERYTHING, SHORT, CrashStory
from lifecycle.crash_trial import Trial
from lifecycle.crashes import Image
from lifecycle.interference import EDITS, respected
from mailform_state.local import JOURNAL

Property: TypeAlias = Callable[[str, object], None]

SOME = 1 if os.environ.get("MAILFORM_CRASHES") == "all" else 16
"""Of the longest story's second crashes, one in so many is looked at; which ones is as good as drawn by lot."""


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder that is synced as often as one likes; in memory, where the system has that."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("story", SHORT, ids=lambda story: story.name)
def test_a_run_killed_at_any_instant_and_its_recovery_killed_at_any_instant(
    ram: Path, story: CrashStory, record_property: Property
) -> None:
    trial = Trial(story, ram)
    for image in trial.images:
        for again in trial.recovered(image):
            trial.recovered_again(image, again)
    trial.tell(record_property)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_a_run_of_everything_at_once_killed_at_any_instant(
    ram: Path, parallelism: int, record_property: Property
) -> None:
    trial = Trial(EVERYTHING, ram, parallelism=parallelism)
    for image in trial.images:
        for again in trial.recovered(image):
            if parallelism == 1 and int.from_bytes(again.key) % SOME == 0:
                trial.recovered_again(image, again)
    trial.tell(record_property)


@pytest.mark.parametrize("story", SHORT, ids=lambda story: story.name)
def test_what_somebody_else_did_between_crash_and_recovery_survives_or_is_told(
    ram: Path, story: CrashStory, record_property: Property
) -> None:
    trial = Trial(story, ram)
    names = {id: address for address, known in trial.ids.items() for id in known}
    for image in whole(trial):
        for edit in EDITS[story.name]:
            stage = trial.restaged(image)
            crashed = stage.hand.snapshot()
            if not edit.done(stage, trial.ids):
                continue
            edited = stage.hand.snapshot()
            where = f"{image.where}, then {edit.what}: {edit.cmdlet} {edit.address or edit.parameters}"
            report = stage.recover()
            base = trial.ground.goal if trial.goes_forward(image) else trial.ground.was
            trial.note(where, respected(base, crashed, edited, stage.hand.snapshot(), report, names))
            if stage.store.journal() is None:
                trial.converge(stage, where, may_refuse=True)
    trial.tell(record_property)


def whole(trial: Trial) -> list[Image]:
    """The images with an open journal that ends with a whole line: a torn line is dropped, and makes no difference."""
    return [image for image in trial.images if image.files.get(JOURNAL, b"").endswith(b"\n")]
