"""Rounds in which several processes go for the lock of one state at once, in a store of any kind.

In every other round each of them waits for its turn, so that all of them write; in the others nobody waits. Never two
may hold the lock, and what they count in the state has to come to as many as wrote: no update is lost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mailform.configuration.backend import located
from mailform_state.opening import open_store
from mailform_state.store import Holder, Store
from processes.command import Broken
from processes.store_racer import FIRST
from servers import Server

TURN = 120.0
"""Seconds that each waits for its turn, in the rounds in which they do."""


@dataclass(slots=True)
class StoreRaces:
    """The racers, and what they did so far."""

    store: Store
    racers: list[subprocess.Popen[str]]
    rounds: int = 0
    holdings: int = 0
    refused: int = 0
    found: list[str] = field(default_factory=list)

    def play_all(self, rounds: int) -> None:
        """So many rounds. Raises Broken at the first that doesn't hold."""
        for _ in range(rounds):
            self.play()

    def play(self) -> None:
        """One round. Raises Broken."""
        everybody = self.rounds % 2 == 0
        for racer in self.racers:
            assert racer.stdin is not None
            racer.stdin.write(f"{TURN if everybody else 0}\n")
            racer.stdin.flush()
        said = [self._answer(racer) for racer in self.racers]
        self.rounds += 1
        got = sum(bool(one["got"]) for one in said)
        self.holdings += got
        self.refused += len(said) - got
        broken = [str(one["broken"]) for one in said if "broken" in one]
        if got < (len(said) if everybody else 1):
            broken.append(f"{got} of {len(said)} had the lock")
        state = self.store.read()
        count = None if state is None else state.outputs["count"].value
        if count != self.holdings:
            broken.append(f"the state counts {count}, and {self.holdings} wrote")
        if self.store.lock_info() is not None:
            broken.append("somebody has the lock still")
        if broken:
            raise Broken("\n".join(broken))

    def _answer(self, racer: subprocess.Popen[str]) -> dict[str, object]:
        assert racer.stdout is not None
        line = racer.stdout.readline()
        if not line:
            raise Broken(f"a racer ended with {racer.wait()}")
        told: dict[str, object] = json.loads(line)
        return told


@contextmanager
def store_races(folder: Path, server: Server, place: str, racers: int = 8) -> Iterator[StoreRaces]:
    """Racers that are up, around a state that counts 0."""
    (folder / "mailform.toml").write_text(server.block(place))
    settings = {**os.environ, **server.environment, "PYTHONPATH": str(Path(__file__).parent.parent)}
    os.environ.update(server.environment)
    store = open_store(located(folder, ()), folder, server.environment)
    with store.lock(Holder("starter", "here", 0, datetime.now(UTC)), 0):
        store.write(FIRST, expected=None)
    with ExitStack() as running:
        started = []
        for number in range(racers):
            line = [sys.executable, "-m", "processes.store_racer", str(folder), f"racer {number}"]
            racer = subprocess.Popen(line, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            running.callback(racer.wait)
            running.callback(racer.kill)
            started.append(racer)
        yield StoreRaces(store, started)
