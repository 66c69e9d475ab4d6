"""A state that moves from one store to another, or is sealed anew where it is; and the proof that it arrived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from mailform_state.errors import Damaged, Refused
from mailform_state.sealing import Seal, What
from mailform_state.store import Holder, Store
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Turning:
    """The seal of a state that is to be sealed anew: opens what the `old` one closed as well, closes with the `new`."""

    old: Seal
    new: Seal

    @property
    def hides(self) -> bool:
        return self.new.hides

    def close(self, data: bytes, what: What, *, serial: int, lineage: str) -> bytes:
        return self.new.close(data, what, serial=serial, lineage=lineage)

    def open(self, data: bytes, what: What) -> bytes:
        try:
            return self.new.open(data, what)
        except Damaged:
            return self.old.open(data, what)


def move(source: Store, target: Store, holder: Holder, timeout: float) -> State | None:
    """Makes the state of `source` that of `target`, under the locks of both, and reads it there; None when there is
    none to move. What it is already isn't written again. Raises Refused when a run is open in either, or when the
    target has another state; Damaged when what was read back isn't what was written. The source stays as it is."""
    with ExitStack() as locks:
        locks.enter_context(source.lock(holder, timeout))
        locks.enter_context(target.lock(holder, timeout))
        _require_settled(source, target)
        state, there = source.read(), target.read()
        if state is None or there == state:
            return state
        if there is not None:
            raise Refused(
                f"{target.where} has a state already: lineage {there.lineage}, serial {there.serial}.",
                hint="Nothing was changed. Give the state another place, or look which of the two is right.",
            )
        target.write(state, expected=None)
        return _proven(target, state)


def seal_anew(open_with: Callable[[Seal], Store], old: Seal, new: Seal, holder: Holder, timeout: float) -> State | None:
    """Writes the state again where it is, under another seal, as its next version, with the end of its journal; None
    when there is none."""
    store = open_with(Turning(old, new))
    with store.lock(holder, timeout):
        _require_settled(store)
        state = store.read()
        if state is None:
            return None
        store.close_journal()  # its end is read as long as no other run has begun, and is sealed like a wave
        following = replace(state, serial=state.serial + 1)
        store.write(following, expected=state.serial)
        return _proven(open_with(new), following)


def _proven(store: Store, state: State) -> State:
    if store.read() != state:
        raise Damaged(f"{store.where} holds another state than was written there.", hint="The old one is untouched.")
    return state


def _require_settled(*stores: Store) -> None:
    for store in stores:
        if store.journal() is not None:
            raise Refused(f"A run left its journal open in {store.where}.", hint="Settle it first: mailform recover")
