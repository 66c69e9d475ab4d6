"""The list of planted bugs fits the code and the tests as they are. `scripts/planted_bugs.py` plants them."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from documents import ROOT

BUGS: list[dict[str, Any]] = tomllib.loads((ROOT / "scripts" / "planted_bugs.toml").read_text(encoding="utf-8"))["bug"]
AT_LEAST = 25

each_bug = pytest.mark.parametrize("bug", [pytest.param(bug, id=bug["name"]) for bug in BUGS])


@cache
def named_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


def test_there_are_enough_of_them_each_with_a_name_of_its_own() -> None:
    assert len({bug["name"] for bug in BUGS}) == len(BUGS) >= AT_LEAST
    assert len({(bug["file"], bug["old"], bug["new"]) for bug in BUGS}) == len(BUGS)


@each_bug
def test_a_bug_can_be_planted_in_one_place_and_is_python(bug: dict[str, Any]) -> None:
    text = (ROOT / bug["file"]).read_text(encoding="utf-8")
    assert text.count(bug["old"]) == 1
    planted = text.replace(bug["old"], bug["new"])
    compile(planted, bug["file"], "exec")
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(text))


@each_bug
def test_the_tests_that_have_to_catch_a_bug_are_there(bug: dict[str, Any]) -> None:
    assert bug["tests"]
    for selection in bug["tests"]:
        file, _, name = selection.partition("::")
        assert name.partition("[")[0] in named_in(ROOT / file)
