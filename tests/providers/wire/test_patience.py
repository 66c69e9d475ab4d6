from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.wire.patience import Again, Patience, Waits, retry_after
from scripted import Sleeps


def least(low: float, high: float) -> float:
    return low


def test_pauses_double_up_to_the_longest() -> None:
    sleeps = Sleeps()
    Patience(tries=8, sleep=sleeps, jitter=least).persist(lambda: 0, lambda _: Again())
    assert sleeps.slept == [1, 2, 4, 8, 16, 30, 30]


def test_what_the_service_asks_for_is_obeyed_exactly() -> None:
    sleeps = Sleeps()
    Patience(tries=3, sleep=sleeps, jitter=least).persist(lambda: 0, lambda _: Again(12.5))
    assert sleeps.slept == [12.5, 12.5]


def test_clients_do_not_come_back_at_one_moment_and_never_before_they_were_told_to() -> None:
    sleeps = Sleeps()
    for _ in range(20):
        Patience(tries=2, sleep=sleeps).persist(lambda: 0, lambda _: Again(10.0))
    assert all(10 <= pause <= 11 for pause in sleeps.slept)
    assert len(set(sleeps.slept)) > 1


def test_every_pause_is_told() -> None:
    told: list[str] = []
    Patience(tries=3, sleep=Sleeps(), tell=told.append).persist(lambda: 0, lambda _: Again(5.0))
    assert len(told) == 2
    assert "trying again in 5 s (try 2 of 3)" in told[0]


def test_a_pause_beyond_the_budget_ends_the_trying_at_once() -> None:
    sleeps = Sleeps()
    assert Patience(budget=60, sleep=sleeps).persist(lambda: "busy", lambda _: Again(61)) == "busy"
    assert sleeps.slept == []


def test_the_first_good_outcome_ends_the_trying() -> None:
    outcomes = iter([1, 2, 3, 4])
    found = Patience(sleep=Sleeps()).persist(lambda: next(outcomes), lambda seen: None if seen == 3 else Again())
    assert found == 3


@given(st.lists(st.one_of(st.none(), st.floats(0, 1000)), min_size=20, max_size=20))
def test_pauses_never_take_more_than_the_budget(asked: list[float | None]) -> None:
    sleeps, left = Sleeps(), iter(asked)
    Patience(tries=20, budget=100, sleep=sleeps).persist(lambda: 0, lambda _: Again(next(left)))
    assert sum(sleeps.slept) <= 100


def test_waiting_looks_at_once_and_once_more_at_the_end() -> None:
    sleeps = Sleeps()
    looks = list(Waits(sleep=sleeps, clock=sleeps.clock).looks(10))
    assert looks[0] == 1
    assert sum(sleeps.slept) == pytest.approx(10)
    assert len(looks) == len(sleeps.slept) + 1


def test_waiting_no_time_still_looks_once() -> None:
    sleeps = Sleeps()
    assert list(Waits(sleep=sleeps, clock=sleeps.clock).looks(0)) == [1]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("soon", None),
        ("nan", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds
