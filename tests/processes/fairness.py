"""What has to hold of processes that ran at once: that they might as well have come one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailform_state.errors import Failure
from mailform_state.local import LocalStore
from mailform_state.values import State
from processes.command import Running
from processes.gateway import Heard

DONE, LOCKED = 0, 7


@dataclass(frozen=True, slots=True)
class Racer:
    """One process of a race. `flavour` is what it asks for, `waits` whether for the lock too; `kill_at` is the number
    of the call at which it is killed."""

    number: int
    flavour: str
    waits: bool
    kill_at: int | None
    run: Running

    @property
    def done(self) -> bool:
        return self.run.process.returncode == DONE

    @property
    def locked_out(self) -> bool:
        return self.run.process.returncode == LOCKED

    @property
    def serial(self) -> int:
        """The serial that it reported; only of one that is done."""
        return int(json.loads(self.run.out)["serial"])


def ended_badly(racers: Sequence[Racer], asked: set[int]) -> Iterator[str]:
    """Who ended as nobody may: with another code than 0, or than 7 if it didn't want to wait. Who was turned away has
    asked the tenant nothing."""
    for racer in racers:
        fine = racer.run.killed or racer.done or (racer.locked_out and not racer.waits)
        if not fine:
            yield f"{racer.run.line} ended with {racer.run.process.returncode}:\n{racer.run.out}{racer.run.err}"
        if racer.locked_out and racer.number in asked:
            yield f"{racer.run.line} had no lock, and asked the tenant all the same"


def interleaved(requests: Sequence[Heard], killed: set[int]) -> Iterator[str]:
    """Where two runs were at the tenant at the same time, reading or writing: each one's calls must come in one piece,
    and be answered before the next one's begin. A killed one waits for no answer, and what it had sent before may come
    whenever it comes."""
    living = [one for one in requests if not one.posthumous]
    last: dict[int, float] = {}
    for one in living:
        last[one.sender] = max(last.get(one.sender, 0.0), one.answered or 0.0)
    over: set[int] = set()
    for one, two in pairwise(living):
        if one.sender == two.sender:
            continue
        over.add(one.sender)
        if two.sender in over:
            yield f"process {two.sender} called {two.operation} after process {one.sender} had begun"
        if one.sender not in killed and last[one.sender] > two.arrived:
            yield f"process {two.sender} called {two.operation} before process {one.sender} had its last answer"


def unversioned(racers: Sequence[Racer], store: LocalStore, before: int, writers: set[int]) -> Iterator[str]:
    """Who wrote without a version of its own that holds what it was asked for. `before` is the serial that the race
    began from."""
    after, kept = serial_of(store), [known.serial for known in store.versions()]
    if kept != list(range(kept[0], after + 1)):
        yield f"the versions have gaps: {kept}, and the state has serial {after}"
    finished = [one for one in racers if one.done and one.number in writers]
    serials = sorted(one.serial for one in finished)
    if len(set(serials)) < len(serials) or not set(serials) <= set(range(before + 1, after + 1)):
        yield f"runs that wrote have the serials {serials}; they began from {before} and ended with {after}"
    if not any(one.run.killed for one in racers) and after - before != len(finished):
        yield f"{len(finished)} runs wrote, and the serial went from {before} to {after}"
    for one in finished:
        try:
            found = flavours(store.version(one.serial))
        except Failure as lost:
            yield f"version {one.serial} was lost: {lost.message}"
            continue
        if found != {one.flavour, f"[{one.flavour}]"}:
            yield f"version {one.serial} is of {one.flavour}, and holds {found}"


def flavours(state: State) -> set[object]:
    """What the rules of a state say of whom they are."""
    names = ("actions.set_header_value", "actions.prepend_subject")
    found = (resource.written(name) for resource in state.resources.values() for name in names)
    return {value for value in found if value is not None}


def serial_of(store: LocalStore) -> int:
    """The state's serial; 0 when there is none."""
    state = store.read()
    return 0 if state is None else state.serial
