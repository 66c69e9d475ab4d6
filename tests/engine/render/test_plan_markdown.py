"""A plan as markdown: it fits into a comment, what is risky comes first, and no name becomes syntax.

What is syntax is said by a real parser, with GitHub's tables and links: with hostile names a plan has to have the very
same structure as with harmless ones, and they may stand nowhere but in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from review_samples import EMPTY, HOSTILE, WORDS, crowd, hostile_plan, reviewed
from samples import mixed, scenario
from samples import state as recorded_state

from golden import check
from hostile import harmful
from mailform.render.escape import shown, tame
from mailform.render.markdown import code, fenced, length
from mailform.render.plan_json import as_json
from mailform.render.plan_markdown import LONGEST, markdown

PARSER = MarkdownIt("gfm-like", {"html": True})


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def structure(text: str) -> list[tuple[str, str, str]]:
    """What a parser sees, but for the text in code."""
    return [
        (token.type, token.tag, "" if token.type in ("code_inline", "fence", "inline") else token.content)
        for token in tokens(text)
    ]


def code_of(text: str) -> str:
    return "\n".join(token.content for token in tokens(text) if token.type in ("code_inline", "fence"))


PLAIN = structure(markdown(reviewed(hostile_plan("a"), recorded_state())))


@given(HOSTILE)
def test_hostile_names_change_nothing_of_what_a_parser_sees(name: str) -> None:
    text = markdown(reviewed(hostile_plan(name), recorded_state()))
    assert structure(text) == PLAIN
    assert not harmful(text)


@given(HOSTILE)
def test_hostile_names_command_no_pipeline_that_prints_them(name: str) -> None:
    text = markdown(reviewed(hostile_plan(name), recorded_state()))
    assert "##[" not in text
    assert "##vso[" not in text.lower()
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@given(HOSTILE)
def test_a_code_span_says_what_it_was_given(name: str) -> None:
    """In a table too, which is split at its pipes before anything else."""
    (span,) = [token for token in tokens(f"x {code(name)} y") if token.type == "code_inline"]
    assert span.content == (shown(name).replace("|", "\\x7c") or "  ")
    assert [token.type for token in tokens(f"| a | b |\n| --- | --- |\n| {code(name)} | c |")].count("td_open") == 2


@given(st.lists(HOSTILE))
def test_a_fenced_block_ends_where_it_ends(lines: list[str]) -> None:
    block, *after = [token for token in PARSER.parse(f"{fenced(lines, 'diff')}\n\nafter") if token.level == 0]
    assert [token.type for token in after] == ["paragraph_open", "paragraph_close"]
    assert block.content == "".join(f"{tame(shown(line))}\n" for line in lines)


def test_a_mermaid_label_has_nothing_but_letters_and_entities() -> None:
    text = markdown(reviewed(hostile_plan("".join(WORDS)), recorded_state()))
    (graph,) = [token.content for token in tokens(text) if token.type == "fence" and token.info == "mermaid"]
    for line in graph.splitlines()[1:]:
        box = r'n\d+[\[(\\/]+"(?:[\w. -]|#\d+;|…)*"[\])\\/]+:::\w+'
        assert re.fullmatch(rf"  (?:{box}|n\d+ --> n\d+|classDef \w+ [\w#:,]+)", line), line


@pytest.mark.parametrize(
    ("changed", "same", "risky", "cut"),
    [
        (20, 20, 2, ""),
        (20, 4_000, 2, "the list of what is unchanged"),
        (250, 100, 2, "the detail of"),
        (250, 100, 250, "the picture"),
        (4_000, 0, 300, "changes as a whole"),
        (0, 0, 4_000, "changes as a whole"),
    ],
)
def test_it_always_fits_and_says_what_was_cut(changed: int, same: int, risky: int, cut: str) -> None:
    text = markdown(reviewed(*crowd(changed, same, risky)))
    assert length(text) <= LONGEST
    assert (cut in text) if cut else ("Cut to fit" not in text)
    assert f"| transport rule | {changed + risky:,} |" in text, "no line of the table is ever cut"
    assert f"| **all** | **{changed + risky:,}** |" in text
    assert text.count("<details>") == text.count("</details>")


def test_what_is_least_risky_is_cut_first() -> None:
    text = markdown(reviewed(*crowd(300, 300, 30)))
    assert "`transport_rule.kept7`" not in text
    for number in range(30):
        assert f'"Route {number}"' in text, "the detail of what is risky is there"
    told = [number for number in range(300) if f'"Rule {number}"' in text]
    assert told
    assert len(told) < 300
    assert "`transport_rule.r299`" in text, "but each change is named"
    assert f"the detail of {300 - len(told)} changes" in text


@given(st.integers(2_500, 70_000), st.integers(0, 60), st.integers(0, 60), st.integers(0, 30))
def test_it_fits_into_any_limit(most: int, changed: int, same: int, risky: int) -> None:
    text = markdown(reviewed(*crowd(changed, same, risky)), most=most)
    assert length(text) <= most


@given(st.integers(0, 3), st.sampled_from(["\U0001f600", "x", "`", "|", "\u202e"]))
def test_names_of_any_length_fit(times: int, letter: str) -> None:
    text = markdown(reviewed(hostile_plan(letter * 10 ** (times + 1)), recorded_state()))
    assert length(text) <= LONGEST


def test_deletions_come_first_then_what_is_risky_then_the_rest_folded() -> None:
    text = markdown(reviewed(mixed(), recorded_state()))
    deleted, routed, folded, moved = (
        text.index(part)
        for part in (
            "`transport_rule.unwanted`; **deletes an object",
            "`transport_rule.route`; **acts on every message",
            "<summary>The rest:",
            "`transport_rule.external`",
        )
    )
    assert deleted < routed < folded < moved


def test_what_is_sensitive_is_not_told() -> None:
    text = markdown(reviewed(mixed(), recorded_state()))
    assert "comments:" in text
    assert not any(secret in text for secret in ("hunter1", "hunter2", "hunter3"))


def test_what_the_guards_say_is_told() -> None:
    text = markdown(reviewed(scenario()), refused=("3 of 4 `resources` would change",))
    assert "3 of 4 `resources` would change" in code_of(text)
    assert "**Refused.**" in text


@pytest.mark.parametrize("name", ["scenario", "mixed"])
def test_the_golden_files(name: str) -> None:
    plan, state = (scenario(), EMPTY) if name == "scenario" else (mixed(), recorded_state())
    check(f"plan-{name}.md", markdown(reviewed(plan, state)))


def test_the_figures_are_those_of_the_plan_as_text() -> None:
    found = reviewed(mixed(), recorded_state())
    document: dict[str, Any] = as_json(mixed(), configuration=None, state=recorded_state(), tool_version="", tenant="")
    rows = [
        line.strip("| ").replace("*", "").split(" | ") for line in markdown(found).splitlines() if line.startswith("|")
    ]
    heading, _, *kinds, whole = rows
    for place, word in enumerate(heading[:-1], start=1):
        assert int(whole[place]) == document["mailform"]["summary"][word.replace(" ", "_")]
        if word != "withdraw":
            assert sum(int(row[place]) for row in kinds) == int(whole[place]), word
