"""What changed inside a list or a table."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from mailform.render.detail import entries, items, meaning
from mailform_providers.kinds import KINDS

WORDS = st.lists(st.sampled_from(["a", "b", "c", "aa", "ab", "word", "words", ""]), max_size=6).map(tuple)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_removed_and_added_lead_from_one_list_to_the_other(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    found = items(before, after)
    assert set(before) - set(found.removed) | set(found.added) == set(after)
    assert found.kept == len(set(before) & set(after))


def test_items_keep_the_order_of_their_lists() -> None:
    assert items(("z", "a"), ("c", "b")).removed == ("z", "a")
    assert items(("z", "a"), ("c", "b")).added == ("c", "b")


def test_two_long_items_with_the_same_ends_are_two() -> None:
    found = items(("x" * 500 + "1" + "y" * 500,), ("x" * 500 + "2" + "y" * 500,))
    assert len(found.removed) == len(found.added) == 1


def test_two_spellings_of_one_domain_are_no_change() -> None:
    key = meaning(KINDS["inbound_connector"].attributes["sender_domains"])
    found = items(("smtp:fabrikam.com;1", "contoso.com"), ("FABRIKAM.com", "contoso.org"), key)
    assert (found.removed, found.added, found.kept) == (("contoso.com",), ("contoso.org",), 1)


def test_a_table_is_told_place_by_place() -> None:
    found = entries({"a": 1, "b": ("x",), "c": {"d": True}}, {"a": 2, "b": ("x", "y"), "c": {"e": True}})
    told = [(entry.path, entry.before, entry.after) for entry in found]
    assert told == [(".a", 1, 2), (".b[1]", None, "y"), (".c.d", True, None), (".c.e", None, True)]


def test_deepdiff_is_imported_only_for_a_list_that_changed() -> None:
    script = (
        "import sys; from mailform.render import plan_text, plan_json, report, state_text;"
        "from mailform.render.detail import items; items(('a',), ('a',)); assert 'deepdiff' not in sys.modules;"
        "items(('a',), ('b',)); assert 'deepdiff' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
