"""Editing TOML in place: what is asked for changes, and not a letter more."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailform.configuration.rewriting import Append, Change, Drop, Edit, Strike, Write, rewritten

ORDER = (
    *("name", "comments", "enabled", "mode"),
    *("conditions", "exceptions", "actions"),
    *("conditions.from", "conditions.scl_over", "conditions.words"),
    *("exceptions.from", "exceptions.words"),
    *("actions.quarantine", "actions.subject"),
)
BLOCK = ("transport_rule", "a")


def edited(text: str, *edits: Edit) -> str:
    return rewritten(text, [Change(BLOCK, edits, ORDER)])


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        pytest.param(
            '[transport_rule.a]\nname = "A"   # the name\nconditions = {}\n\n# about b\n[transport_rule.b]\n',
            Write("enabled", "false"),
            '[transport_rule.a]\nname = "A"   # the name\nenabled = false\nconditions = {}\n\n'
            "# about b\n[transport_rule.b]\n",
            id="a new one goes to its place, not below the next block's comment",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nmode = "Audit" # for now\n',
            Write("mode", '"Enforce"'),
            '[transport_rule.a]\nname = "A"\nmode = "Enforce" # for now\n',
            id="a value keeps the comment on its line",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nmode = "Audit" # for now',
            Strike("mode"),
            '[transport_rule.a]\nname = "A"\n',
            id="the last line without an end is taken out",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"',
            Write("mode", '"Audit"'),
            '[transport_rule.a]\nname = "A"\nmode = "Audit"',
            id="a file without an end of line gets none",
        ),
        pytest.param(
            'conditions = 1\n[transport_rule.a]\nname = "A"\nconditions = { from = ["x"], words = [] } # all\n',
            Write("conditions.scl_over", "3"),
            'conditions = 1\n[transport_rule.a]\nname = "A"\n'
            'conditions = { from = ["x"], scl_over = 3, words = [] } # all\n',
            id="between others in an inline table",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = { words = [] }\n',
            Write("conditions.scl_over", "3"),
            '[transport_rule.a]\nname = "A"\nconditions = { scl_over = 3, words = [] }\n',
            id="first of an inline table",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = {}\n',
            Write("conditions.scl_over", "3"),
            '[transport_rule.a]\nname = "A"\nconditions = { scl_over = 3 }\n',
            id="into an empty inline table",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = { scl_over = 3 }\n',
            Strike("conditions.scl_over"),
            '[transport_rule.a]\nname = "A"\nconditions = {}\n',
            id="the only one of an inline table",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = { from = ["x"], scl_over = 3 }\n',
            Strike("conditions.scl_over"),
            '[transport_rule.a]\nname = "A"\nconditions = { from = ["x"] }\n',
            id="the last one of an inline table",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions.scl_over = 3\n',
            Strike("conditions.scl_over"),
            '[transport_rule.a]\nname = "A"\nconditions = {}\n',
            id="the only dotted line, since conditions have to be said",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\n  conditions.scl_over = 3\n',
            Write("conditions.words", '["w"]'),
            '[transport_rule.a]\nname = "A"\n  conditions.scl_over = 3\n  conditions.words = ["w"]\n',
            id="beside a dotted line, as dotted and as far in",
        ),
        pytest.param(
            '[transport_rule.a.conditions]\nscl_over = 3 # spam\n\n[transport_rule.a]\nname = "A"\n',
            Write("exceptions.words", '["w"]'),
            '[transport_rule.a.conditions]\nscl_over = 3 # spam\n\n[transport_rule.a.exceptions]\nwords = ["w"]\n'
            '\n[transport_rule.a]\nname = "A"\n',
            id="a section beside others with headers gets one too",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = {}\n\n[transport_rule.a.actions]\nquarantine = true\n',
            Write("exceptions.words", '["w"]'),
            '[transport_rule.a]\nname = "A"\nconditions = {}\n\n[transport_rule.a.exceptions]\nwords = ["w"]\n\n'
            "[transport_rule.a.actions]\nquarantine = true\n",
            id="a section before the one that has a header",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\nconditions = {}\nactions = { quarantine = true }\n',
            Write("exceptions.words", '["w"]'),
            '[transport_rule.a]\nname = "A"\nconditions = {}\nexceptions = { words = ["w"] }\n'
            "actions = { quarantine = true }\n",
            id="a section among others on one line",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\n\n[transport_rule.a.conditions]\n# nothing yet\n',
            Write("conditions.scl_over", "3"),
            '[transport_rule.a]\nname = "A"\n\n[transport_rule.a.conditions]\nscl_over = 3\n# nothing yet\n',
            id="under a header with nothing below it",
        ),
        pytest.param(
            'transport_rule.a = { name = "A", conditions = {} }\n',
            Write("enabled", "false"),
            'transport_rule.a = { name = "A", enabled = false, conditions = {} }\n',
            id="a block on one line",
        ),
        pytest.param(
            '[transport_rule]\na.name = "A"\na.conditions = {}\nb.name = "B"\n',
            Write("enabled", "false"),
            '[transport_rule]\na.name = "A"\na.enabled = false\na.conditions = {}\nb.name = "B"\n',
            id="blocks as dotted lines",
        ),
        pytest.param(
            '[[moved]]\nfrom = "transport_rule.z"\nto = "transport_rule.a"\n["transport_rule".\'a\']\nname = "A"\n',
            Write("enabled", "false"),
            '[[moved]]\nfrom = "transport_rule.z"\nto = "transport_rule.a"\n["transport_rule".\'a\']\nname = "A"\n'
            "enabled = false\n",
            id="a header in quotes, behind a list of tables",
        ),
        pytest.param(
            '[transport_rule.a]\r\nname = "A"\r\nmode = "Audit"\r\n\r\n# b\r\n',
            Write("enabled", "false"),
            '[transport_rule.a]\r\nname = "A"\r\nenabled = false\r\nmode = "Audit"\r\n\r\n# b\r\n',
            id="lines that end with CRLF",
        ),
        pytest.param(
            '[transport_rule.a]\nname = "A"\r\nmode = "Audit"\r\n# b\n',
            Strike("mode"),
            '[transport_rule.a]\nname = "A"\r\n# b\n',
            id="lines that end in two ways",
        ),
    ],
)
def test_an_edit_touches_what_it_is_about_and_nothing_else(before: str, edit: Edit, after: str) -> None:
    assert edited(before, edit) == after
    tomllib.loads(after)


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ('["a", "b", "c"]', (Drop("comments", 1),), '["a", "c"]'),
        ('["a", "b"]', (Drop("comments", 1),), '["a"]'),
        ('["a", "b"]', (Drop("comments", 0),), '["b"]'),
        ('["a"]', (Drop("comments", 0), Append("comments", '"z"')), '["z"]'),
        ('["a"]', (Append("comments", '"z"'), Drop("comments", 0)), '["z"]'),
        ('["a",]', (Append("comments", '"z"'),), '["a", "z",]'),
        ("[]", (Append("comments", '"z"'), Append("comments", '"y"')), '["z", "y"]'),
        (
            '[\n  # first\n  "a", # for a\n\n  "b", # for b\n]',
            (Append("comments", '"z"'), Drop("comments", 1)),
            '[\n  # first\n  "a", # for a\n\n  "z",\n]',
        ),
        ('[\n  "a",\n  "b" # for b\n]', (Append("comments", '"z"'),), '[\n  "a",\n  "b", # for b\n  "z"\n]'),
        ('[\n  "a",\n  "b"] # end', (Append("comments", '"z"'),), '[\n  "a",\n  "b",\n  "z"] # end'),
        ('[\n  "a", "b",\n]', (Append("comments", '"z"'),), '[\n  "a", "b", "z",\n]'),
        ('[\n  "a", # ]\n]', (Append("comments", '"z"'),), '[\n  "a", # ]\n  "z",\n]'),
        ('[\n  "a",\n  "b",\n]', (Drop("comments", 1), Drop("comments", 0)), "[\n]"),
    ],
)
def test_a_list_keeps_its_layout_and_its_comments(before: str, edits: tuple[Edit, ...], after: str) -> None:
    text = f'[transport_rule.a]\nname = "A"\ncomments = {before}\nmode = "Audit"\n'
    assert edited(text, *edits) == text.replace(before, after)


def test_blocks_are_changed_side_by_side() -> None:
    text = '[transport_rule.a]\r\nname = "A"\r\n# b\r\n[transport_rule.b]\r\nname = "B"\r\nconditions = {}\r\n'
    edits = (Write("enabled", "false"), Write("mode", '"Audit"'), Write("conditions.scl_over", "3"))
    changes = [Change(("transport_rule", "a"), edits[:2], ORDER), Change(("transport_rule", "b"), edits, ORDER)]
    assert rewritten(text, changes) == (
        '[transport_rule.a]\r\nname = "A"\r\nenabled = false\r\nmode = "Audit"\r\n# b\r\n'
        '[transport_rule.b]\r\nname = "B"\r\nenabled = false\r\nmode = "Audit"\r\nconditions = { scl_over = 3 }\r\n'
    )


# Generated: one block in any layout, between others, and any edits of it.

VALUES = st.sampled_from(['"x"', "3", "true", '["a", "b"]', '[\n    "a", # one\n    "b",\n]', "[]", '"""\nlong\n"""'])
NAMES = tuple(name for name in ORDER if name not in ("conditions", "exceptions", "actions", "name"))
COMMENTS = st.sampled_from(["", " # why", "   # a = [ { it isn't"])


def _layout(draw: st.DrawFn, content: dict[str, str]) -> str:
    """The block as somebody may have written it."""
    own = {name: value for name, value in content.items() if "." not in name}
    lines = [f"{name} = {value}{draw(COMMENTS)}" for name, value in own.items()]
    tables: list[str] = []
    for section in ("conditions", "exceptions", "actions"):
        inside = {name.partition(".")[2]: value for name, value in content.items() if name.startswith(f"{section}.")}
        if not inside and section != "conditions" and draw(st.booleans()):
            continue
        style = draw(st.sampled_from(["inline", "header", "dotted"])) if inside else "inline"
        if style == "inline":
            pairs = ", ".join(f"{name} = {value}" for name, value in inside.items())
            lines.append(f"{section} = {{ {pairs} }}{draw(COMMENTS)}")
        elif style == "dotted":
            lines += [f"{section}.{name} = {value}{draw(COMMENTS)}" for name, value in inside.items()]
        else:
            header = f"[transport_rule.a.{section}]{draw(COMMENTS)}"
            tables.append("\n".join([header, *(f"{name} = {value}{draw(COMMENTS)}" for name, value in inside.items())]))
    main = "\n".join(["[transport_rule.a]", 'name = "A"', *lines])
    parts = ["# above\n[tenant]\nid = 1", main, *tables, '# about b\n[transport_rule.b]\nname = "B"\nenabled = true']
    text = "\n\n".join(parts) + draw(st.sampled_from(["", "\n", "\n# end\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    content = draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=7))
    text = _layout(draw, content)
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    edits: list[Edit] = []
    for name in names:
        options: list[Edit] = [Write(name, draw(VALUES)), *([Strike(name)] if name in content else [])]
        if content.get(name, "").startswith("[") and content[name] != "[]":
            options += [Append(name, '"new"'), Drop(name, draw(st.integers(0, 1)))]
        edits.append(draw(st.sampled_from(options)))
    return text, edits


def _expected(data: dict[str, Any], edit: Edit) -> None:
    section, _, name = edit.name.rpartition(".")
    block = data["transport_rule"]["a"]
    table = block.setdefault(section, {}) if section else block
    match edit:
        case Write():
            table[name] = tomllib.loads(f"x = {edit.value}")["x"]
        case Strike():
            del table[name]
        case Append():
            table[name].append(tomllib.loads(f"x = {edit.value}")["x"])
        case Drop():
            del table[name][edit.item]


@settings(max_examples=400)
@given(pages())
def test_whatever_the_layout_the_data_is_as_asked_and_comments_stay(given_page: tuple[str, list[Edit]]) -> None:
    text, edits = given_page
    after = edited(text, *edits)
    wanted = tomllib.loads(text)
    for edit in edits:
        _expected(wanted, edit)
    assert tomllib.loads(after) == wanted
    assert ("\r\n" in text) == ("\r\n" in after)
    assert not re.search(r"(?<!\r)\n", after) or "\r\n" not in text
    for line in ("# above", "# about b", "[transport_rule.b]"):
        assert after.count(line) == 1
    assert after.startswith(text[: text.index("[transport_rule.a")])
    rest = text[text.index("# about b") :]
    assert after.endswith(rest), "what stands below the block is not touched"
