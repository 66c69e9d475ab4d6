from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mailform_state.address import Address
from mailform_state.changes import (
    Change,
    Finished,
    Forget,
    Postpone,
    Publish,
    PublishRecord,
    Record,
    WithdrawRecord,
    advance,
)
from mailform_state.journal import Begin, Entry, Intent, Outcome, Pivot, Result, UndoOutcome, UndoResult, replay
from mailform_state.values import DnsRecord, Output, PendingDelete, Recorded, State
from strategies.state import addresses, begins, changed, dns_records, entries, outputs, pending, resources, states

told = st.lists(entries, max_size=6)


@settings(max_examples=40)
@given(states, told)
def test_replay_makes_the_next_serial_and_keeps_whose_state_it_is(base: State, some: list[Entry]) -> None:
    after = replay(base, some)
    assert (after.serial, after.lineage, after.tenant) == (base.serial + 1, base.lineage, base.tenant)


@settings(max_examples=40)
@given(states, told)
def test_replay_is_the_same_each_time_and_leaves_its_base_alone(base: State, some: list[Entry]) -> None:
    before = replace(base)
    assert replay(base, some) == replay(base, some)
    assert base == before


@settings(max_examples=40)
@given(states, told, changed)
def test_a_step_that_was_taken_back_leaves_no_trace(base: State, some: list[Entry], done: tuple[Change, ...]) -> None:
    undone: list[Entry] = [Result(99, Outcome.OK, changes=done), UndoResult(99, UndoOutcome.OK)]
    assert replay(base, [*some, *undone]) == replay(base, some)
    assert replay(base, [undone[0], *some, undone[1]]) == replay(base, some)


@settings(max_examples=40)
@given(states, changed, st.sampled_from([UndoOutcome.IMPOSSIBLE, UndoOutcome.FAILED]))
def test_a_step_that_could_not_be_taken_back_stays(base: State, done: tuple[Change, ...], outcome: UndoOutcome) -> None:
    result = Result(1, Outcome.OK, changes=done)
    assert replay(base, [result, UndoResult(1, outcome)]) == replay(base, [result])


@settings(max_examples=40)
@given(states, changed, addresses)
def test_a_write_that_somebody_else_wrote_over_leaves_no_trace_but_what_was_made_stays_ours(
    base: State, done: tuple[Change, ...], address: Address
) -> None:
    skipped = UndoResult(1, UndoOutcome.SKIPPED)
    updated = (Intent(1, address, "update", address.kind, "guid"), Result(1, Outcome.OK, "guid", changes=done))
    created = (Intent(1, address, "create", address.kind, None), Result(1, Outcome.OK, "guid", changes=done))
    assert replay(base, [*updated, skipped]) == replay(base, [])
    assert replay(base, [*created, skipped]) == replay(base, created)


@settings(max_examples=40)
@given(states, changed, st.sampled_from(Outcome))
def test_a_result_changes_the_state_as_it_says_however_it_ended(
    base: State, done: tuple[Change, ...], outcome: Outcome
) -> None:
    assert replay(base, [Result(1, outcome, changes=done)]) == replay(base, [Pivot(done)])


@settings(max_examples=40)
@given(states, changed, changed)
def test_results_and_the_pivot_change_the_state_in_their_order(
    base: State, first: tuple[Change, ...], second: tuple[Change, ...]
) -> None:
    both = replay(base, [Result(1, Outcome.OK, changes=first), Pivot(second)])
    assert both == replay(base, [Pivot((*first, *second))])


@settings(max_examples=40)
@given(states, begins)
def test_a_plan_that_began_is_used_up_if_it_ever_expires(base: State, begin: Begin) -> None:
    used = replay(base, [begin]).used_plans
    if begin.plan and begin.plan_expires is not None:
        assert used[begin.plan] == begin.plan_expires
    else:
        assert used == base.used_plans


@settings(max_examples=40)
@given(states, resources)
def test_recorded_then_forgotten_is_gone(base: State, resource: Recorded) -> None:
    recorded = advance(base, Record(resource))
    assert recorded.resources[resource.address] == resource
    assert resource.address not in advance(recorded, Forget(resource.address)).resources


@settings(max_examples=40)
@given(states, addresses)
def test_forgetting_touches_nothing_else(base: State, address: Address) -> None:
    after = advance(base, Forget(address))
    assert after.resources == {known: entry for known, entry in base.resources.items() if known != address}


@settings(max_examples=40)
@given(states, pending)
def test_a_postponed_deletion_stands_once_until_it_is_finished(base: State, waiting: PendingDelete) -> None:
    twice = advance(advance(base, Postpone(waiting)), Postpone(waiting))
    assert twice.pending_delete.count(waiting) == 1
    done = advance(twice, Finished(waiting.kind, waiting.id))
    assert all((entry.kind, entry.id) != (waiting.kind, waiting.id) for entry in done.pending_delete)


@settings(max_examples=40)
@given(states, outputs)
def test_published_outputs_replace_all_that_were(base: State, new: dict[str, Output]) -> None:
    assert advance(base, Publish(new)).outputs == new


@settings(max_examples=40)
@given(states, dns_records, addresses)
def test_a_published_record_stands_once_until_it_is_withdrawn(base: State, record: DnsRecord, moved: Address) -> None:
    twice = advance(advance(base, PublishRecord(record)), PublishRecord(replace(record, address=moved)))
    kept = [known for known in twice.dns_records if replace(known, address=moved) == replace(record, address=moved)]
    assert kept == [replace(record, address=moved)]
    assert record not in advance(twice, WithdrawRecord(record)).dns_records
    others = {known for known in base.dns_records if replace(known, address=moved) != replace(record, address=moved)}
    assert others <= set(twice.dns_records)


@settings(max_examples=40)
@given(states, changed, changed, addresses)
def test_what_was_made_and_taken_away_again_takes_every_write_to_it_along(
    base: State, first: tuple[Change, ...], second: tuple[Change, ...], address: Address
) -> None:
    told: list[Entry] = [
        Intent(1, address, "create", address.kind, None),
        Result(1, Outcome.OK, "guid", changes=first),
        Intent(2, address, "update", address.kind, "guid"),
        Result(2, Outcome.OK, "guid", changes=second),
        UndoResult(1, UndoOutcome.OK),  # a crash let no more be told than this
    ]
    assert replay(base, told) == replay(base, [])
