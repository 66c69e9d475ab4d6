"""Mistakes and warnings, with the line that they are about: `text` for people, `as_json` for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from mailform.diagnostics import Diagnostic, Position, Severity
from mailform.render.escape import shown
from mailform.render.palette import Ink, Palette
from mailform.render.shape import Json

_WIDEST = 120
"""How many characters of a line are shown. A line may be 10 MB long, and somebody else wrote it."""


def text(diagnostics: Iterable[Diagnostic], *, colour: bool) -> str:
    """Every diagnostic as a paragraph: what, where, the line with a caret, and what to do. Empty for none."""
    paint = Palette(colour)
    return "\n".join("\n".join(_lines(found, paint)) + "\n" for found in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic]) -> dict[str, Json]:
    """The same for programs, in the shape of `terraform validate -json`. Texts are as they are, not escaped: escaping
    is for eyes, and JSON has its own."""
    told = tuple(diagnostics)
    failing = sum(found.severity is Severity.ERROR for found in told)
    return {
        "format_version": "1.0",
        "valid": failing == 0,
        "error_count": failing,
        "warning_count": len(told) - failing,
        "diagnostics": [one(found) for found in told],
    }


def one(found: Diagnostic) -> dict[str, Json]:
    """One diagnostic for programs."""
    said: dict[str, Json] = {
        "severity": found.severity.value,
        "code": found.code,
        "summary": found.message,
        "detail": f"{found.hint}\n{found.paste}" if found.paste else found.hint,
    }
    if found.position is not None:
        start: dict[str, Json] = {"line": found.position.line, "column": found.position.column}
        said["range"] = {"filename": found.position.file, "start": start}
    return said


def _lines(found: Diagnostic, paint: Palette) -> Iterator[str]:
    heading, ink = ("Error", Ink.ERROR) if found.severity is Severity.ERROR else ("Warning", Ink.WARNING)
    message = paint(shown(found.message), Ink.STRONG)
    yield f"{paint(f'{heading}:', ink)} {message} {paint(f'[{found.code}]', Ink.FAINT)}"
    if found.position is not None:
        yield from _place(found.position, paint)
    if found.hint:
        yield f"  {paint('hint:', Ink.STRONG)} {shown(found.hint)}"
    if found.paste:
        yield from (f"        {shown(line)}" if line else "" for line in found.paste.split("\n"))


def _place(position: Position, paint: Palette) -> Iterator[str]:
    yield f"  {paint('-->', Ink.FAINT)} {shown(position.file)}:{position.line}:{position.column}"
    if not position.text:
        return
    number = str(position.line)
    margin = " " * len(number)
    line, caret = _clipped(position.text, position.column)
    yield f"  {margin} {paint('|', Ink.FAINT)}"
    yield f"  {number} {paint('|', Ink.FAINT)} {line}"
    yield f"  {margin} {paint('|', Ink.FAINT)} {' ' * caret}{paint('^', Ink.ERROR)}"


def _clipped(line: str, column: int) -> tuple[str, int]:
    """The part of a line around a column (from 1), and how many cells stand before that column."""
    at = min(max(column - 1, 0), len(line))
    first = max(0, at - _WIDEST * 2 // 3) if len(line) > _WIDEST else 0
    last = first + _WIDEST
    left, right = "…" if first else "", "…" if last < len(line) else ""
    before = left + _visible(line[first:at])
    return before + _visible(line[at:last]) + right, _cells(before)


def _visible(piece: str) -> str:
    return shown(piece.replace("\t", "    "))


def _cells(piece: str) -> int:
    """How wide a text is in a terminal: East Asian letters take two cells, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in piece
    )
