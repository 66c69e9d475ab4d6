"""Finding out about a write whose answer didn't come. Nothing is ever sent again blindly."""

from __future__ import annotations

from collections.abc import Iterator

from mailform.execute.ledger import Ledger
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.images import agrees, seen
from mailform.planning.world import identity
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS, TRANSPORT_RULE
from mailform_state.errors import Failure
from mailform_state.journal import Intent


def found_after_all(intent: Intent, place: int | None, ledger: Ledger) -> Observed | None:
    """The object as it is, if within the settle window the write shows; None when nobody can say."""
    for _ in rounds(ledger):
        try:
            found = _look(intent, place, ledger)
        except Failure:
            continue
        if found is not None:
            return found
    return None


def rounds(ledger: Ledger) -> Iterator[int]:
    """Looks again at growing intervals until the settle window is over; at least twice."""
    end = ledger.clock.monotonic() + ledger.tempo.settle
    pause, turn = 0.25, 0
    while True:
        yield turn
        left = end - ledger.clock.monotonic()
        if left <= 0 and turn >= 1:
            return
        ledger.clock.sleep(max(0.0, min(pause, left)))
        pause, turn = min(pause * 2, 5.0), turn + 1


def _look(intent: Intent, place: int | None, ledger: Ledger) -> Observed | None:
    match intent.action:
        case "create":
            return _newcomer(intent, ledger)
        case "delete":
            gone = ledger.provider.find(intent.kind, str(intent.id)) is None
            return Observed(intent.kind, str(intent.id), "", {}) if gone else None
        case "move":
            rules = ledger.provider.read(TRANSPORT_RULE).objects
            return next((rule for index, rule in enumerate(rules) if rule.id == intent.id and index == place), None)
        case _:
            current = ledger.provider.find(intent.kind, str(intent.id))
            return current if current is not None and shows(intent, current, ledger) else None


def _newcomer(intent: Intent, ledger: Ledger) -> Observed | None:
    """The object that a lost create made: not there before, not made by another call of ours, and with our payload."""
    name = identity(intent.kind, intent.payload.get(KINDS[intent.kind].naming))
    before = ledger.present().get(intent.kind, frozenset())
    for current in ledger.provider.read(intent.kind).objects:
        ours = current.id not in before and current.id not in ledger.made.values()
        if ours and identity(intent.kind, current.name) == name and shows(intent, current, ledger):
            return current
    return None


def shows(intent: Intent, current: Observed, ledger: Ledger) -> bool:
    """Whether an object has everything that an intent meant to write; a key that isn't shown counts not."""
    image = seen(current)
    directory = ledger.directory()
    for name, value in intent.payload.items():
        visible = name in current.attributes or (current.kind == ACCEPTED_DOMAIN and name in (PROOF, MAIL))
        if visible and not agrees(intent.kind, name, value, image.get(name), directory):
            return False
    return True
