"""The DNS records that prove domains: put into their zone, and taken away again.

A record that can't be published leaves its domain waiting for it, as one that nobody published: that fails no run.
Whatever was sent is told as ours, for a record that we may have published has to be taken away again.
"""

from __future__ import annotations

from collections.abc import Callable

from mailform.execute.ledger import Ledger, Surroundings
from mailform.execute.lost import rounds
from mailform.planning.operations import Operation
from mailform_providers.contract import Done, Lost, Rejected
from mailform_providers.dns.publish import Answer, Publisher
from mailform_providers.errors import ReadFailed
from mailform_state.changes import Change, PublishRecord, WithdrawRecord
from mailform_state.errors import Failure
from mailform_state.journal import Intent, Outcome, Result, UndoOutcome
from mailform_state.values import DnsRecord, Value

PUBLISH, WITHDRAW = "publish", "withdraw"
"""What the journal calls them."""

THERE = "there"
"""In an intent to publish: whether the record was there before, so that it is nobody's of ours."""


def sought(one: Operation, zone: str, domain: str, ledger: Ledger) -> dict[str, Value]:
    """What an intent to publish says: the record, as the service wants it, and whether it is there already. Where that
    can't be known it says why, as `hindrance`, and nothing will be sent."""
    try:
        text = ledger.facts.get(one.address, {}).get("verification_txt") or _told(one, domain, ledger)
        record = DnsRecord(zone, domain, "TXT", str(text), one.address)
        return {**_written(record), THERE: _publisher(ledger).shows(record)}
    except Failure as failure:
        return {"zone": zone, "hindrance": failure.message}


def _told(one: Operation, domain: str, ledger: Ledger) -> Value:
    """The proof, asked of the service: a domain that was just made may take a moment until it has one."""
    for _ in rounds(ledger):
        found = ledger.provider.find(one.kind, domain)
        if found is not None and found.facts.get("verification_txt"):
            return found.facts["verification_txt"]
    raise ReadFailed("the service doesn't tell the domain's TXT record")


def publish(intent: Intent, ledger: Ledger) -> Result:
    """Publishes a record, unless it is there. What isn't there afterwards is waited for."""
    if "hindrance" in intent.payload:
        return Result(intent.step, Outcome.WAITING, intent.id, detail=_unpublished(str(intent.payload["hindrance"])))
    if intent.payload[THERE]:
        return Result(intent.step, Outcome.OK, intent.id)
    record = record_of(intent)
    ours = (PublishRecord(record),)
    answer = _sent(lambda publisher: publisher.publish(record), ledger)
    match answer:
        case Done():
            return Result(intent.step, Outcome.OK, intent.id, changes=ours)
        case Rejected(message, hint):
            detail = _unpublished(f"{message} ({hint})" if hint else message)
            return Result(intent.step, Outcome.WAITING, intent.id, detail=detail)
        case Lost(message):
            return Result(intent.step, Outcome.WAITING, intent.id, changes=ours, detail=_unpublished(message))


def withdraw(intent: Intent, scene: Surroundings) -> Result:
    """Takes a record of ours away; one that stays is for the next apply."""
    record = record_of(intent)
    answer = _sent(lambda publisher: publisher.withdraw(record), scene)
    match answer:
        case Done():
            return Result(intent.step, Outcome.OK, intent.id, changes=(WithdrawRecord(record),))
        case Rejected(message, hint):
            detail = f"its DNS record was not withdrawn: {message}" + (f" ({hint})" if hint else "")
            return Result(intent.step, Outcome.REJECTED, intent.id, detail=detail)
        case Lost(message):
            detail = f"nobody knows whether its DNS record was withdrawn: {message}"
            return Result(intent.step, Outcome.AMBIGUOUS, intent.id, detail=detail)


def take_away(record: DnsRecord, scene: Surroundings) -> tuple[UndoOutcome, str]:
    """Takes back that a run published a record."""
    answer = _sent(lambda publisher: publisher.withdraw(record), scene)
    if isinstance(answer, Done):
        return UndoOutcome.OK, ""
    return UndoOutcome.FAILED, f"its DNS record is still there: {answer.message}"


def settled(intent: Intent, scene: Surroundings) -> Result:
    """How an intent ended after all, as the zone shows it: a run was cut off before it could tell."""
    if "value" not in intent.payload or (intent.action == PUBLISH and intent.payload[THERE]):
        return Result(intent.step, Outcome.UNSENT, intent.id, detail="there was nothing to send")
    record = record_of(intent)
    change: Change = PublishRecord(record) if intent.action == PUBLISH else WithdrawRecord(record)
    done = Result(intent.step, Outcome.OK, intent.id, changes=(change,), detail="found when recovering")
    undone = Result(intent.step, Outcome.UNSENT, intent.id, detail="it doesn't show in its zone")
    for _ in rounds(scene):
        try:
            if _publisher(scene).shows(record) is (intent.action == PUBLISH):
                return done
        except Failure:
            # what can't be read may be ours to take back, and is ours as long as nobody has seen it gone
            return done if intent.action == PUBLISH else undone
    return undone


def record_of(intent: Intent) -> DnsRecord:
    """The record that an intent is about."""
    zone, name, type, value = (str(intent.payload[key]) for key in ("zone", "name", "type", "value"))
    return DnsRecord(zone, name, type, value, intent.address)


def told_of(record: DnsRecord) -> dict[str, Value]:
    """What an intent to withdraw a record says."""
    return _written(record)


def _written(record: DnsRecord) -> dict[str, Value]:
    return {"zone": record.zone, "name": record.name, "type": record.type, "value": record.value}


def _unpublished(reason: str) -> str:
    return f"its DNS record was not published: {reason}"


def _publisher(scene: Surroundings) -> Publisher:
    if scene.publisher is None:
        raise ReadFailed("there is no [dns] that says how its zone is reached")
    return scene.publisher


def _sent(write: Callable[[Publisher], Answer], scene: Surroundings) -> Answer:
    """Sends a change, and once more if the answer got lost: the same value twice is one value."""
    try:
        publisher = _publisher(scene)
    except ReadFailed as missing:
        return Rejected(missing.message)
    answer = write(publisher)
    if not isinstance(answer, Lost):
        return answer
    again = write(publisher)
    return again if isinstance(again, Done) else answer
