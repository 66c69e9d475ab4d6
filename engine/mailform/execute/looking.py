"""One more look at an object right before it is written to: between the plan and this moment somebody else may have
changed it, and what they wrote is neither overwritten nor taken back later as if it were ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailform.execute.calls import Call
from mailform.execute.ledger import Ledger
from mailform.planning.actions import Remove, Write
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.images import agrees, seen, strange
from mailform_state.errors import Failure


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a write may not be sent."""

    detail: str


def looked_at(call: Call, ledger: Ledger) -> Call | Objection:
    """The call with what its object shows now; or why it isn't sent. An object that can't be found is left to the
    service to refuse: a reader that lags may not show it."""
    if not _has_to_be(call) or not (known := ledger.images(call.operation.kind, str(call.id))):
        return call
    try:
        current = ledger.provider.find(call.operation.kind, str(call.id))
    except Failure as unread:
        return Objection(f"it could not be read right before it was to be written: {unread.message}")
    if current is None:
        return call
    now, kind, directory = seen(current), call.operation.kind, ledger.directory()
    odd = strange(kind, now, known, directory)
    if isinstance(call.operation.action, Remove):
        hindering = list(odd)
    else:
        hindering = [n for n in odd if n in call.values and not agrees(kind, n, call.values[n], now.get(n), directory)]
    if hindering:
        return Objection(f"somebody else changed {', '.join(hindering)} since it was planned; that was left")
    return replace(call, fresh=now)


def _has_to_be(call: Call) -> bool:
    one = call.operation
    if one.current is None or call.values.keys() in ({PROOF}, {MAIL}):
        return False
    return isinstance(one.action, Remove) or (isinstance(one.action, Write) and isinstance(one.action.target, str))
