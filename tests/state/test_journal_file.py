from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailform_state.changes import Change
from mailform_state.errors import Damaged
from mailform_state.journal import Begin, End, Entry, Outcome, Pivot, Result
from mailform_state.journal_file import Journal, decode, encode, encode_all
from strategies.state import changes_by_kind, entries, entries_by_kind

told = st.lists(entries, max_size=5)


def lines_of(some: list[Entry]) -> bytes:
    return encode_all(some, Journal())[0]


def sample(count: int = 4) -> list[Entry]:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    begin = Begin("run", "sha256:00", "tenant", "lineage", 7, "somebody@fabrikam.com", at)
    whole: list[Entry] = [begin, Pivot(), End(0, at), begin]
    return whole[:count]


@given(told)
def test_a_journal_is_read_back_as_it_was_written(some: list[Entry]) -> None:
    data, journal = encode_all(some, Journal())
    assert decode(data) == journal
    assert journal.entries == tuple(some)
    assert journal.intact == len(data)


@given(told, told)
def test_appending_in_two_writes_is_the_same_as_in_one(first: list[Entry], second: list[Entry]) -> None:
    start, after = encode_all(first, Journal())
    rest, _ = encode_all(second, after)
    assert start + rest == lines_of([*first, *second])


@pytest.mark.parametrize("kind", get_args(Entry))
@settings(max_examples=15)
@given(st.data())
def test_every_kind_of_entry_is_read_back(kind: type[Entry], data: st.DataObject) -> None:
    entry = data.draw(entries_by_kind[kind])
    assert decode(lines_of([entry])).entries == (entry,)


@pytest.mark.parametrize("kind", get_args(Change))
@settings(max_examples=15)
@given(st.data())
def test_every_kind_of_change_is_read_back(kind: type[Change], data: st.DataObject) -> None:
    pivot = Pivot((data.draw(changes_by_kind[kind]),))
    assert decode(lines_of([pivot])).entries == (pivot,)


@given(told, st.data())
def test_a_journal_cut_anywhere_is_a_prefix_of_it(some: list[Entry], data: st.DataObject) -> None:
    whole = lines_of(some)
    end = data.draw(st.integers(0, len(whole)))
    found = decode(whole[:end])
    assert found.entries == tuple(some[: len(found.entries)])
    assert whole[:end].count(b"\n") == len(found.entries)
    assert found.torn == (found.intact < end)


def test_a_flip_of_any_bit_before_the_last_newline_is_damage_or_tears_the_last_line_off() -> None:
    some = sample()
    whole = lines_of(some)
    for place in range(len(whole)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            try:
                found = decode(bytes(flipped))
            except Damaged:
                continue
            assert place == len(whole) - 1
            assert found.torn
            assert found.entries == tuple(some[:-1])


def test_zeros_that_a_power_cut_left_at_the_end_are_a_torn_tail() -> None:
    found = decode(lines_of(sample(2)) + b"\0" * 512)
    assert found.torn
    assert found.entries == tuple(sample(2))


def test_a_line_taken_out_put_in_twice_or_moved_is_damage() -> None:
    lines = lines_of(sample()).splitlines(keepends=True)
    for other in (lines[1:], lines[:1] + lines[2:], lines[:2] + lines[1:], [lines[1], lines[0], *lines[2:]]):
        with pytest.raises(Damaged):
            decode(b"".join(other))


def test_lines_of_two_journals_do_not_make_one() -> None:
    ours = lines_of(sample()).splitlines(keepends=True)
    theirs = lines_of([*sample()[1:2], *sample()[1:]]).splitlines(keepends=True)
    with pytest.raises(Damaged):
        decode(ours[0] + theirs[1])


def test_a_line_written_in_another_way_is_damage_though_it_says_the_same() -> None:
    with pytest.raises(Damaged):
        decode(lines_of(sample(1)).replace(b":", b": ", 1))


def test_a_line_names_its_place_and_the_line_before() -> None:
    first = encode(sample()[0], "", seq=0)
    journal = decode(first)
    assert decode(first + encode(Pivot(), journal.last, seq=1)).entries == (sample()[0], Pivot())


@given(st.binary(max_size=200))
def test_bytes_that_no_journal_is_are_damage_or_no_entries(data: bytes) -> None:
    try:
        found = decode(data)
    except Damaged:
        return
    assert found.entries == ()


def test_a_journal_is_open_until_its_run_has_ended() -> None:
    assert not Journal().open
    assert Journal(tuple(sample(2))).open
    assert not Journal(tuple(sample(3))).open


def test_a_result_of_an_outcome_that_never_was_is_damage() -> None:
    line = encode(Result(1, Outcome.OK), "", seq=0)
    with pytest.raises(Damaged):
        decode(line.replace(b'"ok"', b'"OK"'))
