"""Finding out about a write whose answer didn't come. Nothing is ever sent again blindly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailform.execute.ledger import Surroundings
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.images import agrees, differing, seen
from mailform.planning.world import identity
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.kinds.schema import Form
from mailform_state.errors import Failure
from mailform_state.journal import Intent
from mailform_state.values import Value


def found_after_all(intent: Intent, place: int | None, scene: Surroundings) -> Observed | None:
    """The object as it is, if within the settle window the write shows; None when nobody can say."""
    return found_of_all((intent,), {intent.step: place}, scene).get(intent.step)


def found_of_all(
    intents: Sequence[Intent], places: Mapping[int, int | None], scene: Surroundings
) -> Mapping[int, Observed]:
    """Of each intent (by its step) that shows within one settle window, the object as it is. `places`: where a moved
    rule was to stand. One listing a kind and round, however many intents there are."""
    found: dict[int, Observed] = {}
    for _ in rounds(scene):
        missing = [intent for intent in intents if intent.step not in found]
        for kind in sorted({intent.kind for intent in missing}):
            try:
                objects = scene.provider.read(kind).objects
                for intent in missing:
                    seen_now = _look(intent, places.get(intent.step), objects, scene) if intent.kind == kind else None
                    if seen_now is not None:
                        found[intent.step] = seen_now
            except Failure:
                continue
        if len(found) == len(intents):
            break
    return found


def rounds(scene: Surroundings, window: float | None = None) -> Iterator[int]:
    """Looks again at growing intervals until the window (seconds; the settle window) is over; at least twice."""
    end = scene.clock.monotonic() + (scene.tempo.settle if window is None else window)
    pause, turn = 0.25, 0
    while True:
        yield turn
        left = end - scene.clock.monotonic()
        if left <= 0 and turn >= 1:
            return
        scene.clock.sleep(max(0.0, min(pause, left)))
        pause, turn = min(pause * 2, 5.0), turn + 1


def _look(intent: Intent, place: int | None, objects: Sequence[Observed], scene: Surroundings) -> Observed | None:
    current = next((one for one in objects if one.id == intent.id), None)
    match intent.action:
        case "create":
            return _newcomer(intent, objects, scene)
        case "delete":
            gone = current is None and scene.provider.find(intent.kind, str(intent.id)) is None
            return Observed(intent.kind, str(intent.id), "", {}) if gone else None
        case "move":
            return current if current is not None and objects.index(current) == place else None
        case _:
            return current if current is not None and shows(intent, current, scene) else None


def _newcomer(intent: Intent, objects: Sequence[Observed], scene: Surroundings) -> Observed | None:
    """The object that a lost create made: not there before, not made by another call of ours, and with our payload."""
    name = identity(intent.kind, intent.payload.get(KINDS[intent.kind].naming))
    before = scene.present().get(intent.kind, frozenset())
    for current in objects:
        ours = current.id not in before and current.id not in scene.own()
        if ours and identity(intent.kind, current.name) == name and shows(intent, current, scene):
            return current
    return None


def landed(intent: Intent, before: Mapping[str, Value], current: Observed, scene: Surroundings) -> bool:
    """Whether a write shows: as it was sent, or at least as something else than before, since the service may have a
    spelling of its own. A reader that lags behind shows what was there before."""
    changed = differing(intent.kind, before, seen(current), scene.directory())
    return any(name in changed for name in intent.payload) or shows(intent, current, scene)


def shows(intent: Intent, current: Observed, scene: Surroundings) -> bool:
    """Whether an object has everything that an intent meant to write; a key that isn't shown counts not."""
    image = seen(current)
    directory = scene.directory()
    for name, value in intent.payload.items():
        visible = name in current.attributes or (current.kind == ACCEPTED_DOMAIN and name in (PROOF, MAIL))
        if not visible or agrees(intent.kind, name, value, image.get(name), directory):
            continue
        attribute = KINDS[intent.kind].attributes.get(name)
        if attribute is not None and attribute.form is Form.ADDRESS and bool(value) == bool(image.get(name)):
            continue  # recipients come back under another of their names
        return False
    return True
