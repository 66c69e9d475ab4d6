from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailform_state.errors import Locked, Refused, Unusable
from mailform_state.local import LOCK, LocalStore
from mailform_state.store import Holder

SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ME = Holder("admin", "runner-1", os.getpid(), SINCE, "mailform apply", "https://ci.contoso.com/jobs/7")
OTHER = Holder("admin", "runner-2", 4711, SINCE + timedelta(minutes=5))

HOLD = """
import os, sys, time
from datetime import datetime, UTC
from pathlib import Path
from mailform_state.local import LocalStore
from mailform_state.store import Holder
holder = Holder("admin", "runner-1", os.getpid(), datetime(2026, 1, 2, tzinfo=UTC), "mailform apply")
with LocalStore(Path(sys.argv[1])).lock(holder, 5) as lock:
    print(lock.id, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@contextmanager
def another_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds the lock, and the lock's ID. It lets go when its input ends."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def test_the_lock_names_its_holder_while_it_is_held(store: LocalStore, tmp_path: Path) -> None:
    with store.lock(ME, 0) as lock:
        info = store.lock_info()
        assert info is not None
        assert (info.id, info.holder, info.held) == (lock.id, ME, True)
        text = json.loads((tmp_path / LOCK).read_text())
        assert (text["id"], text["user"], text["since"]) == (lock.id, "admin", "2026-01-02T03:04:05Z")
    assert store.lock_info() is None
    assert (tmp_path / LOCK).exists()


def test_a_lock_that_is_held_is_refused_and_says_by_whom_since_when_and_what_to_do(store: LocalStore) -> None:
    with store.lock(ME, 0) as lock, pytest.raises(Locked) as refused, store.lock(OTHER, 0):
        pass
    for word in ("admin on runner-1", str(ME.pid), "mailform apply", "2026-01-02 03:04:05", "5 min ago", ME.pipeline):
        assert str(word) in refused.value.message
    assert "--lock-timeout" in refused.value.hint
    assert lock.id in refused.value.hint


def test_those_who_try_in_vain_leave_the_holder_s_name_alone(store: LocalStore) -> None:
    with store.lock(ME, 0) as lock:
        for _ in range(3):
            with pytest.raises(Locked), store.lock(OTHER, 0):
                pass
        lock.check()
        info = store.lock_info()
        assert info is not None
        assert info.holder == ME


def test_waiting_for_the_lock_gets_it_when_it_is_free(store: LocalStore, tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, _):
        assert process.stdin is not None
        threading.Timer(0.3, process.stdin.close).start()
        with store.lock(ME, 10) as lock:
            lock.check()


def test_waiting_ends_with_its_time(store: LocalStore, tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, _):
        began = time.monotonic()
        with pytest.raises(Locked), store.lock(ME, 0.4):
            pass
        assert 0.4 <= time.monotonic() - began < 5
        process.kill()


def test_a_killed_holder_holds_no_more_and_only_its_name_is_left(store: LocalStore, tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, id):
        held = store.lock_info()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert held is not None
    assert held.held
    left = store.lock_info()
    assert left is not None
    assert (left.id, left.held) == (id, False)
    with store.lock(ME, 0) as lock:
        lock.check()
    assert store.lock_info() is None


def test_the_name_of_a_killed_holder_is_wiped_off_by_its_id_alone(store: LocalStore, tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, id):
        with pytest.raises(Locked):
            store.unlock(id)
        process.kill()
    with pytest.raises(Refused, match=id):
        store.unlock("0")
    store.unlock(id)
    assert store.lock_info() is None
    with pytest.raises(Refused):
        store.unlock(id)


def test_unlocking_what_was_never_locked_is_refused(store: LocalStore, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        store.unlock("0")
    assert not (tmp_path / LOCK).exists()


def test_the_lock_is_free_after_an_exception(store: LocalStore) -> None:
    with pytest.raises(KeyError), store.lock(ME, 0):
        raise KeyError
    with store.lock(OTHER, 0) as lock:
        lock.check()


def test_looking_at_a_dead_name_all_the_time_keeps_nobody_from_taking_the_lock(
    store: LocalStore, tmp_path: Path
) -> None:
    with another_process(tmp_path) as (process, _):
        process.kill()
    left = (tmp_path / LOCK).read_bytes()
    script = """
import sys
from pathlib import Path
from mailform_state.local import LocalStore
LocalStore(Path(sys.argv[1])).lock_info()
print(flush=True)
while True:
    LocalStore(Path(sys.argv[1])).lock_info()
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as looking:
        assert looking.stdout is not None
        looking.stdout.readline()
        try:
            for _ in range(30):
                (tmp_path / LOCK).write_bytes(left)
                with store.lock(ME, 0) as lock:
                    lock.check()
        finally:
            looking.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
def test_a_lock_on_a_file_that_was_removed_before_it_was_got_is_no_lock(store: LocalStore, tmp_path: Path) -> None:
    """The system's own audit events tell when the lock is about to be got; they can't be taken off again."""
    removed: list[Path] = []

    def remove(event: str, _: tuple[object, ...]) -> None:
        if event == "fcntl.flock" and not removed and (tmp_path / LOCK).exists():
            removed.append(tmp_path / LOCK)
            removed[0].unlink()

    sys.addaudithook(remove)
    with store.lock(ME, 0) as lock:
        assert removed
        lock.check()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
@pytest.mark.parametrize("spoil", ["remove", "exchange", "rewrite", "empty"])
def test_a_lock_whose_file_is_touched_is_lost(store: LocalStore, tmp_path: Path, spoil: str) -> None:
    file = tmp_path / LOCK
    with store.lock(ME, 0) as lock, ExitStack() as stack:
        match spoil:
            case "remove":
                file.unlink()
            case "exchange":
                file.unlink()
                stack.enter_context(store.lock(OTHER, 0))
            case "rewrite":
                file.write_text(file.read_text().replace(lock.id, "00000000"))
            case "empty":
                os.truncate(file, 0)
        with pytest.raises(Locked, match="lost"):
            lock.check()
        if spoil == "exchange":
            info = store.lock_info()
            assert info is not None
            assert info.holder == OTHER


@pytest.mark.parametrize("text", ["", "\n{}", '\n{"id": 1}', "\0" * 100, "\n[" * 5000])
def test_a_lock_that_says_nothing_readable_can_still_be_taken(store: LocalStore, tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK).write_text(text)
    assert store.lock_info() is None
    with store.lock(ME, 0) as lock:
        lock.check()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_link_or_a_pipe_in_place_of_the_lock_is_refused_at_once(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable), store.lock(ME, 0):
        pass
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / LOCK).unlink()
    os.mkfifo(tmp_path / LOCK)
    with pytest.raises(Unusable), store.lock(ME, 0):
        pass
    with pytest.raises(Unusable):
        store.lock_info()


def test_processes_that_race_for_the_lock_have_it_one_at_a_time(tmp_path: Path) -> None:
    script = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from mailform_state.local import LocalStore
from mailform_state.store import Holder
folder = Path(sys.argv[1])
for turn in range(30):
    with LocalStore(folder).lock(Holder("admin", "runner", os.getpid(), datetime.now(UTC)), 60) as lock:
        inside = os.open(folder / "inside", os.O_CREAT | os.O_EXCL)  # fails when somebody else is inside
        lock.check()
        os.close(inside)
        os.unlink(folder / "inside")
"""
    racing = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(4)]
    assert [process.wait(60) for process in racing] == [0] * 4
