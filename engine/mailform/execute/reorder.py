"""Giving the rules that a run moved their former places back, among what others did to the order meanwhile."""

from __future__ import annotations

from dataclasses import replace

from mailform.execute.ledger import Surroundings
from mailform.execute.lost import rounds
from mailform.planning.staying import unmoved
from mailform.planning.undo import Reorder, displaced, former_order
from mailform_providers.contract import Done, Lost, Rejected, Waiting, Written
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.journal import UndoOutcome


def reorder(step: Reorder, scene: Surroundings) -> tuple[UndoOutcome, str]:
    """Moves back what this run moved, with the fewest moves. A rule that somebody else has put elsewhere stays."""
    current = _order(scene)
    foreign = displaced(current, step)
    ours = replace(step, moved=step.moved - foreign)
    wanted = former_order(current, ours)
    staying = unmoved(current, wanted, frozenset(current) - ours.moved)
    standing = list(current)
    for place, id in enumerate(wanted):
        if id in staying:
            continue
        ahead = next((other for other in reversed(wanted[:place]) if other in standing and other != id), None)
        standing.remove(id)
        target = 0 if ahead is None else standing.index(ahead) + 1
        standing.insert(target, id)
        written = scene.provider.move(id, target)
        if not _done(written, tuple(standing), scene):
            return UndoOutcome.FAILED, _reason(written)
    if foreign:
        return UndoOutcome.SKIPPED, f"somebody else moved {', '.join(sorted(foreign))} meanwhile; that was left"
    return UndoOutcome.OK, ""


def _done(written: Written, meant: tuple[str, ...], scene: Surroundings) -> bool:
    """Whether a move was carried out; of one whose answer was lost, whether the order shows it."""
    if not isinstance(written, Lost):
        return isinstance(written, Done)
    return any(_order(scene) == meant for _ in rounds(scene))


def _order(scene: Surroundings) -> tuple[str, ...]:
    return tuple(rule.id for rule in scene.provider.read(TRANSPORT_RULE).objects)


def _reason(written: Written) -> str:
    match written:
        case Rejected(message) | Lost(message):
            return message
        case Done() | Waiting():
            return "the service answered something else than a move is answered with"
