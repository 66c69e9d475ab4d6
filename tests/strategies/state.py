"""Random states, journals and all that they are made of."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mailform_state.address import Address
from mailform_state.changes import (
    Change,
    Finished,
    Forget,
    Leave,
    Postpone,
    Publish,
    PublishRecord,
    Record,
    Resolve,
    Tell,
    WithdrawRecord,
)
from mailform_state.journal import (
    Begin,
    End,
    Entry,
    Image,
    Intent,
    Outcome,
    Pivot,
    Result,
    Skip,
    Undo,
    UndoOutcome,
    UndoResult,
    Verified,
)
from mailform_state.values import Attribute, DnsRecord, Output, PendingDelete, Proof, Recorded, State, Unresolved, Value

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
kinds = st.sampled_from(["outbound_connector", "inbound_connector", "transport_rule", "accepted_domain"])
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
ids = st.uuids().map(str)
steps = st.integers(0, 30)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))

addresses = st.builds(Address, kinds, names, st.none() | texts, st.lists(names, max_size=2).map(tuple))

values: SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
attributes = st.dictionaries(texts, values, max_size=3)
resources = st.builds(
    Recorded,
    address=addresses,
    id=ids,
    attributes=st.dictionaries(texts, st.builds(Attribute, values, values, st.booleans()), max_size=3),
    dependencies=st.frozensets(addresses, max_size=2),
    on_destroy=st.sampled_from([None, "forget", "delete"]),
    prevent_destroy=st.booleans(),
    ignore_changes=st.frozensets(texts, max_size=2),
)
outputs = st.dictionaries(names, st.builds(Output, values, st.booleans()), max_size=2)
pending = st.builds(PendingDelete, kinds, ids, texts, addresses, texts)

dns_records = st.builds(DnsRecord, texts, texts, texts, texts, addresses)
proofs = st.builds(Proof, addresses, texts, texts, texts)
unresolved = st.builds(Unresolved, addresses, kinds, st.none() | ids, texts)
states = st.builds(
    State,
    lineage=ids,
    tenant=ids,
    serial=st.integers(1, 2**53),
    tool_version=texts,
    resources=st.lists(resources, max_size=3).map(lambda known: {entry.address: entry for entry in known}),
    outputs=outputs,
    unresolved=st.lists(unresolved, max_size=2).map(tuple),
    pending_delete=st.lists(pending, max_size=2).map(tuple),
    used_plans=st.dictionaries(texts, moments, max_size=2),
    dns_records=st.lists(dns_records, max_size=2).map(tuple),
    proofs=st.lists(proofs, max_size=2).map(tuple),
    mail_host=texts,
)

changes_by_kind: dict[type[Change], SearchStrategy[Change]] = {
    Record: st.builds(Record, resources),
    Forget: st.builds(Forget, addresses),
    Postpone: st.builds(Postpone, pending),
    Finished: st.builds(Finished, kinds, ids),
    Publish: st.builds(Publish, outputs),
    PublishRecord: st.builds(PublishRecord, dns_records),
    WithdrawRecord: st.builds(WithdrawRecord, dns_records),
    Tell: st.builds(Tell, st.lists(proofs, max_size=2).map(tuple), texts),
    Leave: st.builds(Leave, unresolved),
    Resolve: st.builds(Resolve, addresses),
}
changes = st.one_of(*changes_by_kind.values())
changed = st.lists(changes, max_size=2).map(tuple)
images = st.builds(Image, kinds, ids, st.none() | addresses, attributes)
begins = st.builds(
    Begin,
    run=ids,
    plan=texts,
    tenant=ids,
    lineage=ids,
    serial=st.integers(0, 2**53),
    actor=texts,
    at=moments,
    before=st.lists(images, max_size=2).map(tuple),
    rule_order=st.lists(ids, max_size=3).map(tuple),
    present=st.dictionaries(kinds, st.lists(ids, max_size=2).map(tuple), max_size=2),
    plan_expires=st.none() | moments,
    rule_order_after=st.lists(ids, max_size=3).map(tuple),
    configuration=texts,
    asked=attributes,
)
results = st.builds(
    Result,
    step=steps,
    outcome=st.sampled_from(Outcome),
    id=st.none() | ids,
    after=st.none() | attributes,
    changes=changed,
    detail=texts,
)
intents = st.builds(Intent, steps, addresses, texts, kinds, st.none() | ids, attributes, st.none() | resources)
undo_results = st.builds(UndoResult, steps, st.sampled_from(UndoOutcome), texts)
entries_by_kind: dict[type[Entry], SearchStrategy[Entry]] = {
    Begin: begins,
    Intent: intents,
    Result: results,
    Verified: st.just(Verified()),
    Pivot: st.builds(Pivot, changed, st.lists(intents, max_size=2).map(tuple)),
    Undo: st.builds(Undo, steps),
    UndoResult: undo_results,
    Skip: st.builds(Skip, addresses, texts, changed),
    End: st.builds(End, st.integers(0, 10), moments),
}
entries = st.one_of(*entries_by_kind.values())
