"""`--events`: standard output as a stream, one JSON object a line, and nothing else on it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from mailform.cli import desk
from mailform.cli.common import Common
from mailform.render import events, run_events
from mailform.render.events import Event
from mailform_state.journal import Entry, Intent, Result, Undo, UndoResult

if TYPE_CHECKING:
    from mailform.render.shape import Json

EVERY = 10.0
"""Seconds after which a change that is under way says so again, as Terraform has it."""


def streaming(common: Common) -> Common:
    """The same command, told as events. The stream begins here, with the version."""
    stream = Stream()
    stream.say((events.version(desk.version()),))
    return replace(common, json=True, stream=stream)


class Stream:
    """The stream, and what is under way in it. Steps run side by side, and a thread tells which still do: so it is
    locked, and every line is printed whole."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._clock = desk.SystemClock()
        self._intents: dict[int, Intent] = {}
        self._since: dict[int, float] = {}
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None
        self._heard = True

    def say(self, told: Iterable[Event]) -> None:
        """Prints events, each with the moment."""
        with self._lock:
            for event in told:
                line: dict[str, Json] = {
                    "@level": event.level,
                    "@message": event.message,
                    "@module": "mailform.ui",
                    "@timestamp": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
                    "type": event.type,
                }
                self._print({**line, **event.body})

    def remember(self, earlier: Iterable[Entry]) -> None:
        """Takes note of what a run had announced before, whose journal is gone on with."""
        self._intents |= {entry.step: entry for entry in earlier if isinstance(entry, Intent)}

    def tell(self, entry: Entry) -> None:
        """Says what a journal entry says."""
        with self._lock:
            elapsed = 0
            if isinstance(entry, Intent):
                self._intents[entry.step] = entry
            if isinstance(entry, Intent | Undo):
                self._since[entry.step] = self._clock.monotonic()
            if isinstance(entry, Result | UndoResult):
                elapsed = self._elapsed(entry.step)
                self._since.pop(entry.step, None)
            found = run_events.event(entry, self._intents, elapsed)
            self.say(() if found is None else (found,))

    def tick(self) -> None:
        """Says of everything that is under way that it still is."""
        with self._lock:
            self.say(run_events.progress(self._intents[step], self._elapsed(step)) for step in tuple(self._since))

    def __enter__(self) -> Stream:
        """While a run is on, it ticks."""
        self._over.clear()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._ticker is not None:
            self._ticker.join()
        self._since.clear()

    def _print(self, line: dict[str, Json]) -> None:
        """Prints a line, as long as somebody listens: a run mustn't break in the middle because its reader has gone."""
        try:
            if self._heard:
                desk.say_json(line)
        except BrokenPipeError:
            self._heard = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _tick(self) -> None:
        while not self._over.wait(EVERY):
            self.tick()

    def _elapsed(self, step: int) -> int:
        now = self._clock.monotonic()
        return int(now - self._since.get(step, now))
