"""What reviewers read: a plan as markdown or as a page, and the summary of a GitHub job."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailform.session.report import Report

PLAN_FORMATS = ("text", "json", "markdown", "html")

SUMMARY = "GITHUB_STEP_SUMMARY"
LARGEST_SUMMARY = 1 << 20
"""Bytes. GitHub shows none of a step's summary that is larger."""


def reviewed(document: Mapping[str, object], format: str, refused: Sequence[str] = ()) -> str:
    """A plan's JSON in one of the formats for reviewers. `refused` is what guards say against it. Raises Damaged."""
    from mailform.render import plan_html, plan_markdown
    from mailform.render.reviewing import review

    if format == "html":
        return plan_html.html(review(document), refused=refused)
    return plan_markdown.markdown(review(document), refused=refused)


def summarize_plan(document: Mapping[str, object], refused: Sequence[str] = ()) -> None:
    """Adds a plan to the summary of the GitHub job that runs us, where one does."""
    if os.environ.get(SUMMARY):
        _append(reviewed(document, "markdown", refused))


def summarize_run(report: Report) -> None:
    """Adds how a run ended to that summary."""
    if os.environ.get(SUMMARY):
        from mailform.render import report_markdown

        _append(report_markdown.markdown(report))


def _append(text: str) -> None:
    """Adds to the summary, unless it would be too long. A job mustn't fail for it."""
    from mailform.cli.desk import tell

    path = Path(os.environ[SUMMARY])
    told = f"{text}\n".encode()
    try:
        there = path.stat().st_size if path.exists() else 0
        if there + len(told) > LARGEST_SUMMARY:
            tell(f"Warning: the job's summary has no room left for this; it is not in {SUMMARY}.")
            return
        with path.open("ab") as file:
            file.write(told)
    except OSError as error:
        tell(f"Warning: the job's summary can't be written: {error.strerror}")
