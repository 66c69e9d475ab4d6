"""Killed at every instant, and the recovery killed at every instant too: nothing is lost, and nothing stays half done.

`crashes` catches the instants, `invariants` says what has to hold; here each is set up again, recovered and looked at.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifecycle.crash_stories import EVERYTHING, SHORT, CrashStory
from lifecycle.crash_trial import Trial


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder that is synced as often as one likes; in memory, where the system has that."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("story", SHORT, ids=lambda story: story.name)
def test_a_run_killed_at_any_instant_and_its_recovery_killed_at_any_instant(
    ram: Path, story: CrashStory, record_property: object
) -> None:
    trial = Trial(story, ram)
    for image in trial.images:
        for again in trial.recovered(image):
            trial.recovered_again(image, again)
    trial.report(record_property)
    assert not trial.broken, summary(trial)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_a_run_of_everything_at_once_killed_at_any_instant(
    ram: Path, parallelism: int, record_property: object
) -> None:
    trial = Trial(EVERYTHING, ram, parallelism=parallelism)
    for image in trial.images:
        trial.recovered(image)
    trial.report(record_property)
    assert not trial.broken, summary(trial)


def summary(trial: Trial) -> str:
    """What doesn't hold, and how often."""
    return "\n".join(["", f"{len(trial.broken)} broken invariants; the first of them:", *trial.broken[:20]])
