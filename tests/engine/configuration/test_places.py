from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform.configuration.cycles import cycles, in_order
from mailform.wanted import After, At, Before, Place, Priority
from mailform_state.address import Address
from writing import codes, configured, mistakes, only


def rules(**places: str) -> str:
    return "".join(
        f'[transport_rule.{name}]\nname = "{name}"\nconditions = {{ from_scope = "InOrganization" }}\n'
        f"actions = {{ delete_message = true }}\n{place}\n"
        for name, place in places.items()
    )


def rule(name: str) -> Address:
    return Address("transport_rule", name)


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("", ()),
        ("priority = 0", (Priority(0),)),
        ('order = { at = "last" }', (At("last"),)),
        ('order = { after = "transport_rule.b" }', (After((rule("b"),)),)),
        (
            'order = { after = ["transport_rule.b"], before = ["transport_rule.c", "transport_rule.d"] }',
            (After((rule("b"),)), Before((rule("c"), rule("d")))),
        ),
        ('[transport_rule.a.order]\nat = "first"', (At("first"),)),
    ],
)
def test_a_place_is_kept_as_it_is_said(written: str, places: tuple[Place, ...]) -> None:
    found = configured(rules(a=written, b="", c="", d="")).resources[rule("a")]
    assert found.places == places
    assert "priority" not in found.attributes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("priority = -1", "wrong-type"),
        ('priority = "1"', "wrong-type"),
        ("priority = true", "wrong-type"),
        ("priority = 1\norder = { at = 'first' }", "two-places"),
        ("order = 1", "wrong-type"),
        ("order = {}", "wrong-type"),
        ("order = { at = 'middle' }", "unknown-value"),
        ("order = { at = ['first'] }", "unknown-value"),
        ("order = { aft = 'transport_rule.b' }", "unknown-attribute"),
        ("order = { at = 'first', after = 'transport_rule.b' }", "two-places"),
        ("order = { after = 'outbound_connector.b' }", "bad-address"),
        ("order = { after = 'b' }", "bad-address"),
        ("order = { after = 1 }", "bad-address"),
        ("order = { after = 'transport_rule.none' }", "undeclared"),
    ],
)
def test_what_is_no_place_is_a_mistake(written: str, code: str) -> None:
    assert only(mistakes(rules(a=written, b=""))).code == code


def after(*names: str) -> str:
    return f"order.after = {[f'transport_rule.{name}' for name in names]}"


def before(*names: str) -> str:
    return f"order.before = {[f'transport_rule.{name}' for name in names]}"


@pytest.mark.parametrize(
    ("places", "members"),
    [
        ({"a": after("b"), "b": after("a")}, "ab"),
        ({"a": after("b"), "b": before("c"), "c": before("b")}, "bc"),
        ({"a": "order.at = 'first'", "b": before("a")}, "ab"),
        ({"a": "order.at = 'last'", "b": after("a")}, "ab"),
        ({"a": "priority = 5", "b": "priority = 3", "c": f"{after('a')}\n{before('b')}"}, "abc"),
        ({"a": after("a")}, "a"),
    ],
)
def test_places_that_contradict_each_other_are_named_together(places: dict[str, str], members: str) -> None:
    found = only(mistakes(rules(**places)))
    assert found.code == "impossible-order"
    assert {name for name in "abc" if f"transport_rule.{name}" in found.message} == set(members)


@pytest.mark.parametrize("place", ["priority = 2", "order.at = 'first'", "order.at = 'last'"])
def test_a_place_for_one_cannot_be_had_by_two(place: str) -> None:
    assert codes(mistakes(rules(a=place, b=place))) == ["place-taken"]


def test_first_and_priority_zero_are_one_place() -> None:
    assert codes(mistakes(rules(a="priority = 0", b="order.at = 'first'"))) == ["place-taken"]


GRAPHS = st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3), max_size=7)


@given(GRAPHS)
def test_a_graph_has_circles_or_an_order(needs: dict[int, list[int]]) -> None:
    circles = cycles(needs)
    for circle in circles:
        following = (*circle[1:], circle[0])
        forward = all(two in needs[one] for one, two in zip(circle, following, strict=True))
        backward = all(one in needs[two] for one, two in zip(circle, following, strict=True))
        assert forward or backward
    if not circles:
        order = in_order(needs)
        assert sorted(order) == sorted(needs)
        assert all(order.index(other) < order.index(node) for node in needs for other in needs[node] if other in needs)
