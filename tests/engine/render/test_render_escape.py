"""Nothing that a stranger named can repaint, reorder or hide what stands around it."""

from __future__ import annotations

import json
import tomllib
import unicodedata

import pytest
import tomli_w
from hypothesis import assume, given
from hypothesis import strategies as st

from mailform.render.escape import json_text, page, quoted, shown
from mailform.spelling import toml_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_no_control_format_or_half_character_is_ever_shown(text: str) -> None:
    assert not {unicodedata.category(letter) for letter in shown(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0")))
def test_letters_digits_and_signs_of_every_script_stay_as_they_are(text: str) -> None:
    assume("##" not in text)
    assert shown(text) == text


@pytest.mark.parametrize(
    "command", ["##vso[task.setvariable variable=x]y", "##VSO[x]", "##[group]", "# ##[x]", "###[x]"]
)
def test_no_text_commands_the_pipeline_that_shows_it(command: str) -> None:
    toml = toml_text(tomli_w.dumps({"k": command}))
    for told in (shown(command), quoted(command), page(f"a {command}", colours=False), json_text([command]), toml):
        assert "##[" not in told
        assert "##vso[" not in told.lower()
    assert json.loads(json_text([command])) == [command]
    assert tomllib.loads(toml) == {"k": command}


@pytest.mark.parametrize("line", ["::add-mask::x", "  ::set-output name=x::y", "\t::error::"])
def test_no_line_begins_with_a_workflow_command(line: str) -> None:
    for colours in (False, True):
        assert not page(f"first\n{line}\nlast", colours=colours).splitlines()[1].lstrip().startswith("::")
    assert page("address ::1 and ::", colours=False) == "address ::1 and ::"


@given(ANY_TEXT)
def test_what_is_shown_can_be_printed_in_utf_8(text: str) -> None:
    shown(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b", "a\\u2066b"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u3164b", "a\\u3164b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("line\r\nbreak\there", "line\\r\\nbreak\\there"),
        ("Zürich 東京", "Zürich 東京"),
    ],
)
def test_each_harmful_character_has_its_escape(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(ANY_TEXT, ANY_TEXT)
def test_two_texts_look_the_same_in_quotes_only_when_they_are(one: str, other: str) -> None:
    assert (quoted(one) == quoted(other)) == (one == other)


def test_a_quoted_text_can_not_pretend_to_end_early() -> None:
    assert quoted('a" -> "b') == '"a\\" -> \\"b"'
