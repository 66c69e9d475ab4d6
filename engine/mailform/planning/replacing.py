"""When an object has to make way for another one, since no update can make it what is wanted."""

from __future__ import annotations

from mailform.diagnostics import Diagnostic
from mailform.planning import complaints
from mailform.planning.compare import everything
from mailform.planning.obstacles import Obstacles
from mailform.planning.steps import Difference, Replace
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR
from mailform_state.values import Recorded


def replacing(
    wanted: Wanted,
    recorded: Recorded,
    current: Observed,
    differences: tuple[Difference, ...],
    obstacles: Obstacles,
    *,
    forced: bool,
) -> tuple[Replace | None, list[Diagnostic]]:
    """The replacement that a resource needs, if an update can't do it, and what stands in its way; `forced` by
    `--replace`."""
    renamed = any(found.attribute == KINDS[wanted.kind].naming for found in differences)
    if wanted.kind == ACCEPTED_DOMAIN:
        return _of_domain(wanted, recorded, current, differences, obstacles, renamed=renamed, forced=forced)
    users = obstacles.world.routing_to(current.id) if wanted.kind == OUTBOUND_CONNECTOR else ()
    kind = KINDS[wanted.kind]
    forced = forced or any(not kind.attributes[found.attribute].update for found in differences)
    if not forced and not (renamed and users):
        return None, []
    mistakes = [
        complaints.used_by_foreign(wanted.address, wanted.position, current, rule, "renamed or replaced")
        for rule in obstacles.foreign(users)
    ]
    if users and not renamed:
        mistakes.append(complaints.referenced(wanted, current, users))
    mistakes.extend(obstacles.to_deletion(recorded, current, wanted))
    return Replace(wanted, current, everything(kind, wanted), differences, aside=not renamed), mistakes


def _of_domain(
    wanted: Wanted,
    recorded: Recorded,
    current: Observed,
    differences: tuple[Difference, ...],
    obstacles: Obstacles,
    *,
    renamed: bool,
    forced: bool,
) -> tuple[Replace | None, list[Diagnostic]]:
    """A domain is its name: another name is another domain, and there is no second one of the same."""
    mistakes = [complaints.unreplaceable(wanted)] if forced else []
    if not renamed:
        return None, mistakes
    retire = recorded.on_destroy == "delete"
    if retire:
        mistakes.extend(obstacles.to_deletion(recorded, current, wanted))
    attributes = everything(KINDS[wanted.kind], wanted)
    return Replace(wanted, current, attributes, differences, aside=False, retire=retire), mistakes
