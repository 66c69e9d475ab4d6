"""Mistakes with the line that they are about."""

from __future__ import annotations

import pytest

from engine.render.golden import check
from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.render.diagnostics import as_json, text

MISTAKES = (
    Diagnostic(
        "unknown-attribute",
        "FromScope is no attribute of a rule's conditions",
        Position("mail\x1bflow.mailform.toml", 12, 16, 'conditions = { FromScope = "InOrganization" }'),
        "Did you mean from_scope?",
    ),
    Diagnostic("already-exists", "the tenant has it already", None, "Paste this:", paste='[[import]]\nid = "x"'),
    Diagnostic("loop", "this may loop\nsecond line", Position("a.toml", 3, 1), "", Severity.WARNING),
)


def test_mistakes_and_warnings_as_people_see_them() -> None:
    check("diagnostics.txt", text(MISTAKES, colour=False))


def test_no_diagnostics_are_no_text() -> None:
    assert text((), colour=True) == ""


def test_programs_are_told_the_same_in_the_shape_of_terraform_validate() -> None:
    said = as_json(MISTAKES)
    assert (said["valid"], said["error_count"], said["warning_count"]) == (False, 2, 1)
    first = said["diagnostics"][0]  # type: ignore[index, call-overload]
    assert first == {
        "severity": "error",
        "code": "unknown-attribute",
        "summary": MISTAKES[0].message,
        "detail": "Did you mean from_scope?",
        "range": {"filename": "mail\x1bflow.mailform.toml", "start": {"line": 12, "column": 16}},
    }


def test_warnings_alone_leave_it_valid() -> None:
    assert as_json(MISTAKES[2:])["valid"] is True


def caret(line: str, column: int) -> tuple[str, str]:
    """The source line and the caret's, without their margin."""
    shown = text((Diagnostic("c", "m", Position("f", 1, column, line), "h"),), colour=False).splitlines()
    return shown[3].partition("| ")[2], shown[4].partition("| ")[2]


@pytest.mark.parametrize("line", ["abcX", "\t\tX", "東京X", "e\u0301X", "a\x1bX", "a\u202eX"])
def test_the_caret_stands_under_its_character_whatever_comes_before(line: str) -> None:
    from rich.cells import cell_len

    source, below = caret(line, line.index("X") + 1)
    before = source[: source.index("X")]
    assert len(below) - 1 == cell_len(before)


def test_a_line_of_ten_megabytes_is_shown_around_its_column() -> None:
    line = "a" * 5_000_000 + "X" + "b" * 5_000_000
    source, below = caret(line, 5_000_001)
    assert len(source) < 130
    assert source[len(below) - 1] == "X"


def test_a_column_beyond_the_end_is_shown_at_the_end() -> None:
    source, below = caret("abc", 99)
    assert (source, below) == ("abc", "   ^")
