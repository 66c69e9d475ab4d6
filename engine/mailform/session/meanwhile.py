"""What the state would be if an open run stood as it is: for looking at the tenant while it waits to be settled.

Only for plans that are shown. Never write this state, and never apply what was planned from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailform.planning.world import World, identity
from mailform_providers.kinds import KINDS
from mailform_state.journal import Begin, Entry, Intent, Result, replay
from mailform_state.values import State


def as_it_stands(state: State, told: Sequence[Entry], world: World) -> State:
    """The state with everything that the open run has done, also with what it was about to make when it was cut off,
    where that is there now. A journal that began from another state says nothing of this one."""
    begin = next((entry for entry in told if isinstance(entry, Begin)), None)
    if begin is None or state.serial != begin.serial or (state.lineage != begin.lineage and begin.serial):
        return state
    after = replace(replay(state, told), serial=state.serial)
    ended = {entry.step for entry in told if isinstance(entry, Result)}
    for intent in (entry for entry in told if isinstance(entry, Intent)):
        if intent.action == "create" and intent.step not in ended and intent.meant is not None:
            id = _newcomer(intent, begin, world)
            after = after if id is None else after.recording(replace(intent.meant, id=id))
    return after


def _newcomer(intent: Intent, begin: Begin, world: World) -> str | None:
    name = identity(intent.kind, intent.payload.get(KINDS[intent.kind].naming))
    before = begin.present.get(intent.kind, ())
    found = (one for one in world.objects.get(intent.kind, ()) if one.id not in before)
    return next((one.id for one in found if identity(intent.kind, one.name) == name), None)
