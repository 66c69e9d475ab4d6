"""How a run ended, shown as it was asked for."""

from __future__ import annotations

from mailform.cli import desk, reviews
from mailform.cli.common import Common
from mailform.render import events
from mailform.render import report as report_text
from mailform.session.report import Report


def show(common: Common, report: Report) -> None:
    """Shows the report of a run, also in the summary of the job that runs us."""
    if common.stream is not None:
        common.stream.say(events.ended(report))
    elif common.json:
        desk.say_json(report_text.as_json(report))
    else:
        desk.say(report_text.text(report, colour=desk.coloured(common)))
    reviews.summarize_run(report)
