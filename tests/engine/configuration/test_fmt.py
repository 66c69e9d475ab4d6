from __future__ import annotations

import tomllib

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from mailform.configuration.fmt import formatted
from mailform.configuration.starter import STARTER
from mailform.diagnostics import Mistakes
from strategies.toml import DOCUMENTS

NOISE = st.sampled_from(["", "\n", "  ", "\t", "# a = [1\n", "   # c\n\n\n", "\n\n\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """TOML as people leave it: comments, blank lines and indentation around what tomli_w writes."""
    lines = tomli_w.dumps(draw(DOCUMENTS)).splitlines(keepends=True)
    # Inside an array over several lines the noise is as good; these documents have no string over several lines.
    return "".join(draw(NOISE) + line for line in lines) + draw(NOISE)


@given(texts())
def test_formatting_changes_no_value_keeps_every_comment_and_is_done_at_once(text: str) -> None:
    once = formatted(text)
    assert tomllib.loads(once) == tomllib.loads(text)
    assert once.count("# a = [1") == text.count("# a = [1")
    assert once.count("# c") == text.count("# c")
    assert formatted(once) == once


def test_space_is_made_the_same_everywhere() -> None:
    untidy = (
        "\n\n[ tenant ]\n   id=\"x\"   # whose\n\n\n\ncloud   =    'sandbox'\n# about the rule\n[transport_rule . a]\n"
        "conditions={from_scope='x',b=[1,2,{c=3}]}\nwords = [\n  'a', # one\n  'b'\n]\n[[moved]]\nfrom='a'"
    )
    assert formatted(untidy) == (
        "[tenant]\nid = \"x\" # whose\n\ncloud = 'sandbox'\n\n# about the rule\n[transport_rule.a]\n"
        "conditions = { from_scope = 'x', b = [1, 2, { c = 3 }] }\nwords = [\n  'a', # one\n  'b'\n]\n\n"
        "[[moved]]\nfrom = 'a'\n"
    )


def test_the_starter_is_formatted_already() -> None:
    assert formatted(STARTER) == STARTER


def test_line_ends_stay_what_they_were() -> None:
    assert formatted("a=1\r\nb = 2\r\n") == "a = 1\r\nb = 2\r\n"


def test_text_that_is_no_toml_is_a_mistake_and_not_formatted() -> None:
    with pytest.raises(Mistakes) as raised:
        formatted("a = = 1\n")
    assert str(raised.value.diagnostics[0].position) == "mailform.toml:1:5"
