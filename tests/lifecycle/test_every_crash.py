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
from lifecycle.crashes import Image, restage
from lifecycle.interference import EDITS, respected, told_by
from lifecycle.invariants import by_name
from lifecycle.lateness import Late, landed_late
from mailform.cli.main import main
from mailform_providers.sandbox.snapshot import difference, snapshot
from mailform_providers.sandbox.storage import File
from mailform_state.local import JOURNAL

Property: TypeAlias = Callable[[str, object], None]

SOME = 1 if os.environ.get("MAILFORM_CRASHES") == "all" else 6
"""Of the longest story's recoveries one in so many is killed again, and that at one instant in so many."""


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
        for again in trial.crashes_of_recovery(image):
            trial.recovered_again(image, again)
    trial.tell(record_property)


def test_a_run_of_everything_at_once_killed_at_any_instant(ram: Path, record_property: Property) -> None:
    trial = Trial(EVERYTHING, ram)
    for number, image in enumerate(trial.images):
        if number % SOME:
            trial.recovered(image)
            continue
        for again in trial.crashes_of_recovery(image):
            if int.from_bytes(again.key) % SOME == 0:
                trial.recovered_again(image, again)
    trial.tell(record_property)


def test_a_run_of_everything_at_once_three_at_a_time_killed_at_any_instant(
    ram: Path, record_property: Property
) -> None:
    trial = Trial(EVERYTHING, ram, parallelism=3)
    for image in trial.images:
        trial.recovered(image)
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
            told = told_by(stage.recover())
            was = trial.ground.was
            base = trial.ground.goal if trial.goes_forward(image) else was
            trial.note(where, respected(was, base, crashed, edited, stage.hand.snapshot(), told, names))
            if stage.store.journal() is None:
                trial.converge(stage, where, may_refuse=True)
    trial.tell(record_property, "somebody edits")


@pytest.mark.parametrize("late", Late)
@pytest.mark.parametrize("story", SHORT, ids=lambda story: story.name)
def test_a_write_that_lands_only_after_the_kill_is_settled_or_told(
    ram: Path, story: CrashStory, late: Late, record_property: Property
) -> None:
    trial = Trial(story, ram)
    for flight in trial.record.flights:
        landed_late(trial, flight, late)
    trial.tell(record_property, f"a write lands {late}")


@pytest.mark.parametrize("story", SHORT, ids=lambda story: story.name)
def test_the_next_apply_settles_a_killed_run_by_itself(
    ram: Path, story: CrashStory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line itself, with the tenant in a file, after one image in seven."""
    trial = Trial(story, ram)
    for image in whole(trial)[::7]:
        folder = ram / "again"
        restage(image, folder, story.after)
        (folder / "mailform.toml").write_text(story.after)
        File(ram / "tenant.json").write(image.tenants)
        monkeypatch.setenv("MAILFORM_SANDBOX", str(ram / "tenant.json"))
        code = main(["-C", str(folder), "apply", "--auto-approve", "--allow-large-change", "--settle", "0s"])
        said = capsys.readouterr()
        assert code == 0, (image.where, said)
        assert "An earlier run was cut off" in said.err, image.where
        assert main(["-C", str(folder), "plan", "--detailed-exitcode"]) == 0, image.where
        (tenant,) = File(ram / "tenant.json").read().values()
        assert difference(by_name(trial.ground.goal), by_name(snapshot(tenant))) == [], image.where


def whole(trial: Trial) -> list[Image]:
    """The images with an open journal that ends with a whole line: a torn line is dropped, and makes no difference."""
    return [image for image in trial.images if image.files.get(JOURNAL, b"").endswith(b"\n")]
