"""How far a process had come when it was killed, by what it left in the folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mailform_state.journal import Begin, Intent, Pivot
from mailform_state.local import STATE, LocalStore

STARTING = "starting"
PLANNING = "planning"
BEGINNING = "beginning the journal"
CHANGING = "changing"
CLEANING = "cleaning up"
CONCLUDING = "writing the state"
RECOVERING = "recovering"
PHASES = (STARTING, RECOVERING, PLANNING, BEGINNING, CHANGING, CLEANING, CONCLUDING)


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a folder changes while a command runs: whose lock it is, which run's journal, the state's serial, and
    whether the next state is there already, under another name."""

    lock: str | None
    run: str | None
    serial: int
    entries: tuple[type, ...] = ()
    prepared: bool = False

    @classmethod
    def of(cls, folder: Path) -> Trace:
        """As it is now. Raises Failure when the state or the journal can't be read."""
        store = LocalStore(folder)
        lock, journal, state = store.lock_info(), store.journal(), store.read()
        told = () if journal is None else journal.entries
        begun = next((entry for entry in told if isinstance(entry, Begin)), None)
        return cls(
            lock=None if lock is None else lock.id,
            run=None if begun is None else begun.run,
            serial=0 if state is None else state.serial,
            entries=tuple(type(entry) for entry in told),
            prepared=prepared(folder),
        )


def prepared(folder: Path) -> bool:
    """Whether a new state is being written, or was when its writer was killed."""
    return any(name.startswith(f"{STATE}.") for name in os.listdir(folder))


def phase(before: Trace, after: Trace) -> str:
    """What the process that ran between the two was doing at its end."""
    if after.lock in (None, before.lock):
        return STARTING
    if before.run is not None and after.run == before.run:
        return RECOVERING
    if after.prepared and not before.prepared:
        return CONCLUDING
    if after.serial > before.serial and (after.run is not None or before.run is None):
        return CONCLUDING
    if after.run is None:
        return PLANNING
    if Pivot in after.entries:
        return CLEANING
    return CHANGING if Intent in after.entries else BEGINNING
