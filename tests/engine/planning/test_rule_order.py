"""The rules' order: reached with the fewest moves, against a model of how the service shifts priorities."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailform.planning.order import arrange
from mailform.planning.seats import LAST, Contradiction, Seat
from mailform.planning.staying import unmoved


def shifted(order: list[str], token: str, place: int) -> list[str]:
    """What the service makes of "give this rule that priority"."""
    rest = [other for other in order if other != token]
    return [*rest[:place], token, *rest[place:]]


def fewest(current: tuple[str, ...], target: tuple[str, ...], movable: frozenset[str]) -> int:
    """The fewest moves, by trying: the rules that stay must stand in both orders alike."""
    for count in range(len(movable) + 1):
        for moved in combinations(sorted(movable), count):
            if [t for t in current if t not in moved] == [t for t in target if t not in moved]:
                return count
    raise AssertionError("the fixed rules alone stand in two orders")


@st.composite
def permuted(draw: st.DrawFn) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    size = draw(st.integers(1, 7))
    current = tuple(draw(st.permutations([f"r{i}" for i in range(size)])))
    fixed = draw(st.sets(st.sampled_from(current)))
    movable = [token for token in current if token not in fixed]
    target = [token for token in current if token in fixed]
    for token in draw(st.permutations(movable)):
        target.insert(draw(st.integers(0, len(target))), token)
    return current, tuple(target), frozenset(movable)


@given(permuted())
def test_the_moves_of_any_permutation_are_the_fewest_and_reach_the_order(
    case: tuple[tuple[str, ...], tuple[str, ...], frozenset[str]],
) -> None:
    current, target, movable = case
    staying = unmoved(current, target, frozenset(current) - movable)
    assert frozenset(current) - movable <= staying
    moved = [token for token in target if token not in staying]
    assert len(moved) == fewest(current, target, movable)
    order, to_move = list(current), set(moved)
    for token in moved:
        ahead = [other for other in target[: target.index(token)] if other not in to_move]
        rest = [other for other in order if other != token]
        order = shifted(order, token, rest.index(ahead[-1]) + 1 if ahead else 0)
        to_move.discard(token)
    assert tuple(order) == target


@st.composite
def seated(draw: st.DrawFn) -> tuple[tuple[str, ...], dict[str, Seat]]:
    """A tenant's rules, some foreign, with any mix of priority, order and neither; and new ones."""
    size, new = draw(st.integers(0, 5)), draw(st.integers(0, 1))
    current = tuple(f"r{i}" for i in range(size))
    everything = (*current, *(f"n{i}" for i in range(new)))
    ranks = draw(st.permutations(everything))  # places that agree with this order contradict each other nowhere
    numbers = iter(draw(st.permutations([0, 1, 2, 3, 5, 9, LAST])))
    seats = {}
    for index, token in enumerate(everything):
        place = draw(st.sampled_from(["none", "none", "number", "number", "after", "before", "after and before"]))
        earlier, later = ranks[: ranks.index(token)], ranks[ranks.index(token) + 1 :]
        seats[token] = Seat(
            token,
            number=next(numbers) if place == "number" else None,
            after=frozenset({draw(st.sampled_from(earlier))}) if "after" in place and earlier else frozenset(),
            before=frozenset({draw(st.sampled_from(later))}) if "before" in place and later else frozenset(),
            new=token not in current,
            order=index,
        )
    return current, seats


def satisfies(target: tuple[str, ...], seats: dict[str, Seat]) -> bool:
    where = {token: index for index, token in enumerate(target)}
    if any(where[other] > where[token] for token, found in seats.items() for other in found.after):
        return False
    if any(where[other] < where[token] for token, found in seats.items() for other in found.before):
        return False
    numbered = sorted((s for s in seats.values() if s.number is not None), key=lambda s: s.number or 0)
    limit = len(target)
    for found in reversed(numbered):
        limit = min(found.number or 0, limit - 1)
        if where[found.token] != limit:
            return False
    return True


def possible(current: tuple[str, ...], seats: dict[str, Seat]) -> Iterator[tuple[str, ...]]:
    """Every order in which all have their places and nobody's rules are moved, by trying."""
    fixed = [token for token in current if seats[token].fixed]
    for candidate in permutations(seats):
        if [token for token in candidate if token in fixed] == fixed and satisfies(candidate, seats):
            yield candidate


@settings(max_examples=400)
@given(seated())
def test_any_mix_of_places_is_reached_wherever_it_can_be(case: tuple[tuple[str, ...], dict[str, Seat]]) -> None:
    current, seats = case
    try:
        target = arrange(current, seats)
    except Contradiction:
        assert not list(possible(current, seats))
        return
    assert sorted(target) == sorted(seats)
    fixed = [token for token in current if seats[token].fixed]
    assert [token for token in target if token in fixed] == fixed
    assert satisfies(target, seats)


def new_ones_last(target: tuple[str, ...], seats: dict[str, Seat]) -> bool:
    """Whether new rules that nobody says anything of stand behind all that were there, numbered ones aside."""
    named = {other for found in seats.values() for other in (*found.after, *found.before)}
    old = [target.index(token) for token, found in seats.items() if not found.new and found.number is None]
    plain = [
        target.index(token) for token, found in seats.items() if found.placeless and found.new and token not in named
    ]
    return not old or not plain or max(old) < min(plain)


@settings(max_examples=2000, deadline=None)
@given(seated())
def test_no_other_order_that_will_do_takes_fewer_moves(case: tuple[tuple[str, ...], dict[str, Seat]]) -> None:
    current, seats = case
    fixed = frozenset(token for token in current if seats[token].fixed)
    try:
        target = arrange(current, seats)
    except Contradiction:
        return
    moves = len(current) - len(unmoved(current, target, fixed))
    if moves == 0 or not new_ones_last(target, seats):
        return
    for other in possible(current, seats):
        if new_ones_last(other, seats):
            assert fewest(current, tuple(t for t in other if t in current), frozenset(current) - fixed) >= moves, other


def test_a_number_can_make_it_better_to_move_the_other_rule() -> None:
    seats = {
        "a": Seat("a", after=frozenset({"c"})),
        "b": Seat("b"),
        "c": Seat("c", before=frozenset({"a"})),
        "d": Seat("d", number=2),
    }
    assert arrange(tuple("abcd"), seats) == tuple("bcda"), "one move; with `a` staying it takes two"


@pytest.mark.parametrize("turned", [False, True])
def test_a_chain_of_five_hundred_rules_is_put_in_order_however_it_is_written(turned: bool) -> None:
    chain = [f"r{number}" for number in range(500)]
    written = chain[::-1] if turned else chain
    after = dict(zip(chain[1:], chain, strict=False))
    seats = {token: Seat(token, after=frozenset({after[token]} if token in after else ())) for token in written}
    assert arrange(chain[::-1], seats) == tuple(chain)


def test_a_rule_inserted_at_the_top_is_no_move_of_the_others() -> None:
    current = tuple(f"r{i}" for i in range(100))
    seats = {token: Seat(token, number=index + 1, order=index) for index, token in enumerate(current)}
    seats["new"] = Seat("new", number=0, new=True, order=100)
    target = arrange(current, seats)
    assert target == ("new", *current)
    assert unmoved(current, target, frozenset()) == frozenset(current)


def test_new_rules_without_a_place_come_last_in_the_order_of_the_configuration() -> None:
    seats = {"old": Seat("old"), "b": Seat("b", new=True, order=1), "c": Seat("c", new=True, order=2)}
    assert arrange(("old",), seats) == ("old", "b", "c")


def test_a_satisfied_place_moves_nothing_and_an_unsatisfied_one_goes_directly_there() -> None:
    seats = {"a": Seat("a"), "x": Seat("x"), "b": Seat("b", after=frozenset({"a"}))}
    assert arrange(("a", "x", "b"), seats) == ("a", "x", "b")
    assert arrange(("b", "a", "x"), seats) == ("a", "b", "x")


def test_what_fixed_rules_make_impossible_is_named() -> None:
    seats = {
        "x": Seat("x"),
        "y": Seat("y"),
        "m": Seat("m", after=frozenset({"y"}), before=frozenset({"x"})),
    }
    with pytest.raises(Contradiction) as found:
        arrange(("x", "y", "m"), seats)
    assert {found.value.first, found.value.second} == {"x", "y"}
