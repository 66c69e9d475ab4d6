"""Several real processes at one store, without its lock: the compare-and-swap alone has to hold."""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from queue import Empty

import pytest

from mailform_state.errors import Overtaken
from mailform_state.local import LocalStore
from mailform_state.values import Output, State

SPAWN = multiprocessing.get_context("spawn")
WRITERS = 4
ROUNDS = 40
FIRST = State("lineage", "tenant", serial=1)


def at_once(folder: Path, me: int, start: Barrier, wins: multiprocessing.Queue[tuple[int, int]]) -> None:
    store = LocalStore(folder)
    for turn in range(ROUNDS):
        start.wait(30)
        mine = State("lineage", "tenant", serial=turn + 1, outputs={"writer": Output(me)})
        try:
            store.write(mine, expected=turn or None)
        except Overtaken:
            continue
        wins.put((turn, me))
    start.wait(30)


def count_up(folder: Path, times: int, done: multiprocessing.Queue[int]) -> None:
    store = LocalStore(folder)
    left = times
    while left:
        state = store.read()
        assert state is not None
        count = state.outputs["count"].value
        assert isinstance(count, int)
        following = replace(state, serial=state.serial + 1, outputs={"count": Output(count + 1)})
        try:
            store.write(following, expected=state.serial)
        except Overtaken:
            continue
        left -= 1
    done.put(times)


def look(folder: Path, stop: Event, seen: multiprocessing.Queue[list[int]]) -> None:
    store = LocalStore(folder)
    serials = []
    while not stop.is_set():
        state = store.read()
        assert state is not None
        assert state.outputs["count"].value == state.serial - 1
        serials.append(state.serial)
    seen.put(serials)


def test_of_several_writers_at_one_serial_exactly_one_wins_each_time(tmp_path: Path) -> None:
    start, wins = SPAWN.Barrier(WRITERS), SPAWN.Queue()
    writers = [SPAWN.Process(target=at_once, args=(tmp_path, me, start, wins)) for me in range(WRITERS)]
    for writer in writers:
        writer.start()
    won = dict(wins.get(timeout=60) for _ in range(ROUNDS))
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with pytest.raises(Empty):
        wins.get(timeout=0.1)
    assert sorted(won) == list(range(ROUNDS))
    store = LocalStore(tmp_path)
    for version in store.versions():
        assert store.version(version.serial).outputs == {"writer": Output(won[version.serial - 1])}
    assert store.read() == store.version(ROUNDS)


def test_no_update_is_lost_and_readers_see_each_serial_whole_and_never_an_older_one(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(State("lineage", "tenant", serial=1, outputs={"count": Output(0)}), expected=None)
    stop, done, seen = SPAWN.Event(), SPAWN.Queue(), SPAWN.Queue()
    writers = [SPAWN.Process(target=count_up, args=(tmp_path, 25, done)) for _ in range(3)]
    reader = SPAWN.Process(target=look, args=(tmp_path, stop, seen))
    for process in (reader, *writers):
        process.start()
    for writer in writers:
        writer.join(60)
    stop.set()
    serials = seen.get(timeout=30)
    reader.join(30)
    assert [process.exitcode for process in (reader, *writers)] == [0] * 4
    assert serials == sorted(serials)
    final = store.read()
    assert final is not None
    assert (final.serial, final.outputs["count"].value) == (76, 75)


@pytest.mark.skipif(sys.platform == "win32", reason="there is nothing to hold a rename with")
def test_a_writer_that_comes_late_to_its_rename_cannot_bring_an_old_state_back(tmp_path: Path) -> None:
    """The system's own audit events stop the slow writer right before its rename, and let it go on right after that of
    the fast one. They can't be taken off again, so they look for this test's own folder."""
    slow_is_there, go_on, fast = threading.Event(), threading.Event(), threading.get_ident()
    renamed: list[object] = []

    def hold(event: str, details: tuple[object, ...]) -> None:
        if not details or str(tmp_path) not in str(details[0]):
            return
        if event == "os.rename" and threading.get_ident() != fast:
            slow_is_there.set()
            go_on.wait(30)
        elif event == "os.rename":
            renamed.append(details)
        elif event == "os.listdir" and renamed and not go_on.is_set():
            go_on.set()
            writer.join(30)

    store = LocalStore(tmp_path)
    store.write(FIRST, expected=None)
    second, third = replace(FIRST, serial=2), replace(FIRST, serial=3)
    writer = threading.Thread(target=LocalStore(tmp_path).write, args=(second,), kwargs={"expected": 1})
    sys.addaudithook(hold)
    writer.start()
    assert slow_is_there.wait(30)
    assert store.read() == second
    store.write(third, expected=2)
    writer.join(30)
    assert go_on.is_set()
    assert store.read() == third
    assert not list(tmp_path.rglob("*.tmp"))


KILLED = """
import sys
from pathlib import Path
from dataclasses import replace
from mailform_state.journal import Undo
from mailform_state.local import LocalStore
from mailform_state.values import State
store = LocalStore(Path(sys.argv[1]))
told = store.journal()
step = len(told.entries) if told else 0
while True:
    state = store.read()
    following = State("lineage", "tenant", 1) if state is None else replace(state, serial=state.serial + 1)
    store.write(following, expected=state and state.serial)
    store.append([Undo(step), Undo(step + 1)])
    step += 2
    print(f"{following.serial} {step}", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_writer_that_is_killed_at_any_time_has_kept_all_it_was_told_and_leaves_no_damage(tmp_path: Path) -> None:
    chance = random.Random()
    store = LocalStore(tmp_path)
    for _ in range(15):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.03))
            writer.kill()
            told = [first, *(line for line in writer.stdout if line.endswith(b"\n"))]
        serial, steps = map(int, told[-1].split())
        state, journal = store.read(), store.journal()
        assert state is not None
        assert state.serial - serial in (0, 1)
        assert journal is not None
        assert len(journal.entries) - steps in (0, 1, 2)
