"""What only renderers see: a run's progress, a sign-in, a graph, and the escapes of pages, JSON and TOML themselves."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from hostile import (
    CONFIGURATION,
    EVIL,
    MARK,
    harmful,
)
from mailform.configuration.load import parse
from mailform.render import graph, login
from mailform.render.escape import json_text, page
from mailform.render.progress import line
from mailform.spelling import toml_text
from mailform_providers.clouds import Audience
from mailform_providers.credentials import Claims
from mailform_providers.signin.check import Look, Refusal, Standing
from mailform_state.address import Address
from mailform_state.journal import Begin, Intent, Outcome, Result


def test_progress_shows_what_others_named_escaped_and_on_one_line() -> None:
    address = Address("transport_rule", "r", EVIL)
    begin = Begin(EVIL, EVIL, EVIL, EVIL, 1, EVIL, datetime(2026, 1, 1, tzinfo=UTC))
    intent = Intent(1, address, "create", "transport_rule", None, {"name": EVIL})
    for entry in (begin, intent, Result(1, Outcome.REJECTED, detail=EVIL), Result(1, Outcome.OK, id=EVIL)):
        told = line(entry, {1: intent})
        assert told is not None
        assert not harmful(told)
        assert "\n" not in told


def test_login_shows_what_a_token_and_a_service_say_escaped() -> None:
    said = Claims("guid", EVIL, datetime(2026, 1, 1, tzinfo=UTC), (EVIL,), EVIL, EVIL)
    refusal = Refusal(EVIL, EVIL)
    for user in (EVIL, ""):
        standing = Standing(Audience.EXCHANGE, True, replace(said, user=user), refusal, (Look("rules", refusal),))
        found = login.SignIn(None, EVIL, "guid", (standing,))
        assert not harmful(login.text(found, colour=False))
        assert MARK in login.text(found, colour=False)
        assert not harmful(json_text(login.as_json(found)))


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_a_graph_s_labels_stay_labels(form: str) -> None:
    configured = parse({"mailform.toml": CONFIGURATION.encode()})
    (first, *_) = configured.resources.values()
    evil = Address("transport_rule", "r", f'{EVIL}"]; evil -> "x')
    other = replace(configured, resources={evil: first})
    drawn = graph.dot(other) if form == "dot" else graph.mermaid(other)
    assert not harmful(drawn)
    (label,) = [text for text in drawn.splitlines() if "Evil" in text]
    assert label.count('"') - label.count('\\"') == 2, "the label ends where it ends"
    assert "-->" not in label
    assert MARK.replace("\\", "#92;" if form == "mermaid" else "\\\\") in label


ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_a_page_has_nothing_harmful_but_its_lines_and_tabs(text: str) -> None:
    assert not harmful(page(text, colours=False)) - {"\t"}
    assert page(text, colours=False).count("\n") == text.count("\n")


@given(ANY_TEXT)
def test_a_coloured_page_has_no_escape_but_our_colours(text: str) -> None:
    painted = page(f"\x1b[1;31m{text}\x1b[0m", colours=True)
    assert painted.startswith("\x1b[1;31m")
    assert painted.endswith("\x1b[0m")
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", painted)


@given(ANY_TEXT)
def test_json_is_printable_ascii_and_says_the_same(text: str) -> None:
    said = json_text({text: [text]})
    assert said.isascii()
    assert said.isprintable()
    assert json.loads(said) == {text: [text]}


@given(st.text())
def test_toml_is_printable_and_says_the_same(text: str) -> None:
    said = toml_text(tomli_w.dumps({"k": {text: [text]}}))
    assert not harmful(said)
    assert tomllib.loads(said) == {"k": {text: [text]}}
