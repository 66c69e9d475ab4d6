"""How a run ended, as markdown, for the summary of a job."""

from __future__ import annotations

from mailform.render import report as report_text
from mailform.render.ending import headline
from mailform.render.figures import figure
from mailform.render.markdown import fenced
from mailform.session.report import Report

_FIRST, _LAST = 300, 60
"""How many lines are shown of a long report: its beginning, and its end, which says what to do next."""


def markdown(report: Report) -> str:
    """The ending as a sentence, and the report as text below it."""
    lines = report_text.text(report, colour=False).splitlines()[1:]
    if len(lines) > _FIRST + _LAST:
        cut = f"… {figure(len(lines) - _FIRST - _LAST, 'line')} left out …"
        lines = [*lines[:_FIRST], cut, *lines[-_LAST:]]
    return f"## Mailform apply\n\n{headline(report)}\n\n{fenced(lines[1:], 'text')}\n"
