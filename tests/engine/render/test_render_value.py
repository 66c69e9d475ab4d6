"""Values as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.render.samples import OUT, later
from mailform.expression import Unknown
from mailform.render.value import LONG, change, text
from mailform_state.values import Value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        ("a", '"a"'),
        (("a", 1, False), '["a", 1, false]'),
        ({"b": "x", "a b": ()}, '{ "a b" = [], b = "x" }'),
        ({}, "{}"),
        (later(OUT), "(known after apply)"),
    ],
)
def test_a_value_reads_as_the_configuration_would_write_it(value: Value | Unknown, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize("value", ["hunter2", None, later(OUT), ("hunter2",), {"hunter2": 1}])
def test_what_is_sensitive_is_hidden_whatever_it_is(value: Value | Unknown) -> None:
    assert text(value, sensitive=True) == "(sensitive)"
    assert change(value, value, sensitive=True) == "(sensitive) -> (sensitive)"


def test_a_long_text_loses_its_middle_and_says_how_long_it_is() -> None:
    long = "a" * LONG + "middle" + "z" * LONG
    assert "middle" not in text(long)
    assert f"({len(long)} characters)" in text(long)
    assert "middle" in text(long, whole=True)


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=30), st.text(max_size=30))
def test_a_difference_between_two_long_texts_is_always_visible(head: str, tail: str, old: str, new: str) -> None:
    before, after = head + old + tail, head + new + tail
    left, _, right = change(before, after).partition(" -> ")
    assert (left == right) == (before == after) or " -> " in before + after


def test_a_change_deep_in_a_long_text_shows_what_is_around_it() -> None:
    head, tail = "x" * 500, "y" * 500
    shown = change(f"{head}old{tail}", f"{head}new{tail}")
    assert '…"' + "x" * 24 + "old" + "y" * 24 + '"…' in shown
    assert len(shown) < 200
