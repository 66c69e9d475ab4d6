"""What a run remembers of a call that ended."""

from __future__ import annotations

from mailform.execute.calls import Performed
from mailform.execute.ledger import Ledger
from mailform.planning.actions import Make, Write
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_state.changes import PublishRecord, Record
from mailform_state.journal import Outcome


def note(done: Performed, ledger: Ledger) -> None:
    """Takes a result into the run's memory."""
    one, result = done.call.operation, done.result
    ledger.warnings.extend(f"{one.address}: {warning}" for warning in done.warnings)
    if done.remark:
        ledger.remarks.append(f"{one.address}: {done.remark}")
    if result.outcome is Outcome.WAITING and done.waiting is not None:
        ledger.waiting[one.address] = done.waiting
        records = {"verification_txt": done.waiting.txt, "verification_mx": done.waiting.mx}
        known = ledger.facts.setdefault(one.address, {})
        known.update({name: value for name, value in records.items() if value})
        ledger.deferred.add(one.address)
        ledger.skipped.add(one.number)
        return
    if result.outcome is not Outcome.OK:
        return
    if isinstance(one.action, Write) and result.id is not None:
        images = ledger.images(one.kind, result.id)
        after = result.after if result.after is not None else {**(images[-1] if images else {}), **done.call.values}
        ledger.was_written(one.kind, result.id, after)
    if isinstance(one.action, Make) and result.id is not None:
        ledger.was_made(one.address, result.id)
    if done.object is not None and one.wanted is not None:  # what goes tells nothing of its successor
        ledger.facts.setdefault(one.address, {}).update({**done.object.facts, "id": done.object.id})
    if one.kind == ACCEPTED_DOMAIN:
        ledger.facts.setdefault(one.address, {}).update(
            {name: value for name, value in done.call.values.items() if name in ("verified", "email")}
        )
    if done.call.place is not None and result.id is not None:
        ledger.was_placed(result.id, done.call.place)
    for change in result.changes:
        if isinstance(change, Record):
            ledger.records[one.address] = change.resource
        elif isinstance(change, PublishRecord):
            ledger.published.add(one.address)
