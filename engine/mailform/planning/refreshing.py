"""The plan of `--refresh-only`: the state is brought to what the tenant has, and the tenant isn't touched."""

from __future__ import annotations

from mailform.planning.compare import Comparison
from mailform.planning.records import observed_record
from mailform.planning.steps import Drift, Forget, Kept, Plan, Readdress, Step
from mailform.planning.world import World
from mailform_providers.kinds import KINDS
from mailform_state.values import State


def refreshed(state: State, world: World, moves: tuple[Readdress, ...]) -> Plan:
    """What `moves` and the tenant's own changes make of the state."""
    drift: list[Drift] = []
    kept: list[Kept] = []
    steps: list[Step] = list(moves)
    for address, known in sorted(state.resources.items()):
        current = world.find(known.kind, known.id)
        if current is None:
            drift.append(Drift(address, known.id, str(known.written(KINDS[known.kind].naming) or known.id), gone=True))
            steps.append(Forget(address, known.id, gone=True))
            continue
        differences = Comparison(KINDS[known.kind], world.directory, world.directory).drift(known, current)
        if differences:
            drift.append(
                Drift(address, current.id, current.name, False, differences, current.changed_by, current.changed_at)
            )
            kept.append(Kept(known, current, None, observed_record(known, current)))
    return Plan(steps=tuple(steps), drift=tuple(drift), kept=tuple(kept), observed=world.objects, refresh_only=True)
