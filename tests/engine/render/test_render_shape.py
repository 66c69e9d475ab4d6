"""Flat names and nested tables."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailform.render.shape import flat, json, nested

SECTIONS = frozenset({"conditions", "exceptions", "actions"})
NAMES = st.sampled_from(["name", "comments", "conditions.from_scope", "conditions.from", "actions.quarantine"])


@given(st.dictionaries(NAMES, st.one_of(st.booleans(), st.text(), st.lists(st.text()))))
def test_flat_leads_back_from_nested(attributes: dict[str, object]) -> None:
    assert flat(nested(attributes), SECTIONS) == attributes  # type: ignore[arg-type]


def test_a_table_that_is_a_value_stays_one() -> None:
    assert flat({"headers": {"a": 1}, "actions": {"quarantine": True}}, SECTIONS) == {
        "headers": {"a": 1},
        "actions.quarantine": True,
    }


def test_tuples_become_lists_at_every_depth() -> None:
    assert json({"b": (("x",),), "a": ()}) == {"a": [], "b": [["x"]]}
