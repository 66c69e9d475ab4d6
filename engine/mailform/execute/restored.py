"""Reading again, after a rollback: is everything as it was before the run, but for what others did meanwhile?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailform.execute.ledger import Surroundings
from mailform.execute.lost import rounds
from mailform.execute.steady import Streak
from mailform.execute.undo import Leftover
from mailform.planning.compare import PROOF
from mailform.planning.images import differing, seen
from mailform.planning.undo import Reorder, Restore, TakeAway, UndoStep, Unmake, former_order, undoing
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_providers.normal import Directory
from mailform_state.journal import Begin, Entry, Image, Intent, Skip, UndoResult

Objects = Mapping[tuple[str, str], Observed]


@dataclass(frozen=True, slots=True)
class Return:
    """What reading again found: what of the run's own doing is still there, and what others did meanwhile."""

    ours: tuple[Leftover, ...] = ()
    foreign: tuple[Leftover, ...] = ()


def restored(told: Iterable[Entry], left: Iterable[Leftover], scene: Surroundings, window: float) -> Return:
    """Compares the kinds that a run wrote to with what they were when it began. `left` is what is known not to be as it
    was; reads until surely nothing else of ours is found, or the window (seconds) is over: what readers that lag still
    show as the run had left it, the next plan would believe."""
    entries = tuple(told)
    begin = next(entry for entry in entries if isinstance(entry, Begin))
    steps = undoing(entry for entry in entries if not isinstance(entry, UndoResult))
    kinds = {entry.kind for entry in entries if isinstance(entry, Intent)}
    known = {leftover.what for leftover in left} | {str(one.address) for one in entries if isinstance(one, Skip)}
    # a domain is known by its name alone: one that was deleted and is still shown would be adopted
    ghostly = any(isinstance(step, Unmake) and step.kind == ACCEPTED_DOMAIN for step in steps)
    streak = Streak(scene, scene.tempo.settle if ghostly else 0.0)
    found = Return()
    for _ in rounds(scene, window if steps else 0.0):
        found = _compared(begin, steps, kinds, scene)
        clean = all(leftover.what in known for leftover in found.ours)
        if streak.sure(clean) or (clean and not steps):
            break
    return Return(
        tuple(leftover for leftover in found.ours if leftover.what not in known),
        tuple(leftover for leftover in found.foreign if leftover.what not in known),
    )


def _compared(begin: Begin, steps: tuple[UndoStep, ...], kinds: Collection[str], scene: Surroundings) -> Return:
    objects = {(kind, one.id): one for kind in sorted(kinds) for one in scene.provider.read(kind).objects}
    directory = Directory.of(tuple(one for (kind, _), one in objects.items() if kind == OUTBOUND_CONNECTOR))
    found = tuple(_leftovers(begin, steps, kinds, objects, directory))
    return Return(
        tuple(leftover for leftover in found if not leftover.foreign),
        tuple(leftover for leftover in found if leftover.foreign),
    )


def _leftovers(
    begin: Begin, steps: tuple[UndoStep, ...], kinds: Collection[str], objects: Objects, directory: Directory
) -> Iterator[Leftover]:
    written: dict[tuple[str, str], set[str]] = {}
    order = tuple(id for kind, id in objects if kind == TRANSPORT_RULE)
    moved: Reorder | None = None
    for step in steps:
        match step:
            case Unmake(_, address, kind, id):
                if (kind, id) in objects:
                    yield Leftover(str(address), f"this run made it ({id}), and it is still there")
            case Restore(_, _, kind, id, before, after):
                names = differing(kind, before, after, directory)
                written.setdefault((kind, id), set()).update(names, KINDS[kind].following(names))
            case Reorder():
                moved = step
                if former_order(order, step) != order:
                    yield Leftover("the rules' order", "it isn't as it was")
            case TakeAway():
                pass  # whoever took it away saw the zone's answer
    for image in (one for one in begin.before if one.kind in kinds):
        yield from _differing(image, written.get((image.kind, image.id)), objects, directory)
    if TRANSPORT_RULE in kinds and moved is None and _among(order, begin.rule_order) != _among(begin.rule_order, order):
        yield Leftover("the rules' order", "somebody else changed it meanwhile; that was left", foreign=True)


def _differing(image: Image, written: set[str] | None, objects: Objects, directory: Directory) -> Iterator[Leftover]:
    """What of an object isn't as it was: ours where the run wrote it, somebody else's otherwise."""
    what, current = str(image.address or image.id), objects.get((image.kind, image.id))
    if current is None:
        yield Leftover(what, "it isn't there any more", foreign=written is None)
        return
    # a proof can't be taken back, and takes no part in mail flow
    names = [n for n in differing(image.kind, image.attributes, seen(current), directory) if n != PROOF]
    ours = [name for name in names if name in (written or ())]
    foreign = [name for name in names if name not in ours]
    if ours:
        yield Leftover(what, f"{', '.join(ours)} not as before")
    if foreign:
        yield Leftover(what, f"somebody else changed {', '.join(foreign)} meanwhile; that was left", foreign=True)


def _among(order: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(id for id in order if id in others)
