"""One racer of `store_races`: a process of its own that goes for the lock of one state whenever it is told to.

    python -m processes.store_racer FOLDER NUMBER      each line of its input is how long to wait for the lock

With the lock it adds one to what the state counts, by way of a journal, and says how it went as JSON. A file that can
be made only once shows whether anybody else was in there.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mailform.configuration.backend import located
from mailform_state.errors import Locked, Overtaken
from mailform_state.journal import Begin, End
from mailform_state.opening import open_store
from mailform_state.remote import http_store, object_lock
from mailform_state.store import Holder, Store
from mailform_state.values import Output, State

INSIDE = "inside"
FIRST = State(lineage="l", tenant="t", serial=1, outputs={"count": Output(0, False)})


def go(store: Store, folder: Path, name: str, timeout: float) -> dict[str, object]:
    """One attempt; `broken` is what doesn't hold, `got` whether the lock was had."""
    now = datetime.now(UTC)
    try:
        with store.lock(Holder(name, "here", os.getpid(), now, "race"), timeout):
            try:
                os.close(os.open(folder / INSIDE, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return {"got": True, "broken": f"{name} got the lock while somebody had it"}
            try:
                return {"got": True, "count": _counted(store, name, now)}
            finally:
                (folder / INSIDE).unlink()
    except Overtaken as overtaken:
        return {"got": True, "broken": f"{name} was overtaken under the lock: {overtaken.message}"}
    except Locked:
        return {"got": False}


def _counted(store: Store, name: str, now: datetime) -> int:
    state = store.read()
    assert state is not None
    count = state.outputs["count"].value
    assert isinstance(count, int)
    assert store.journal() is None, "somebody else's journal"
    store.append((Begin(name, "", "t", "l", state.serial, name, now),))
    after = replace(state, serial=state.serial + 1, outputs={"count": Output(count + 1, False)})
    store.write(after, expected=state.serial)
    assert store.read() == after
    store.append((End(0, now),))
    store.close_journal()
    return count + 1


def main(folder: Path, name: str) -> None:
    object_lock._PAUSE = http_store._PAUSE = 0.01  # who races looks more often than who waits
    for line in sys.stdin:
        store = open_store(located(folder, ()), folder, dict(os.environ))
        try:
            said = go(store, folder, name, float(line))
        except Exception as failed:
            said = {"got": True, "broken": f"{name}: {failed!r}"}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
