"""What tests of every floor may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real name server with a zone that takes updates (`nameserver.NameServer`)."""
    from nameserver import running

    folder: Path = tmp_path_factory.mktemp("knot")
    with running(folder) as found:
        yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at how many instants runs were killed: a figure that nobody would see among the dots. It comes with the
    tests' own properties, so that it doesn't matter in which process they ran."""
    told = [
        figures
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, figures in report.user_properties
        if name == "crashes"
    ]
    if told:
        terminalreporter.section("crashes")
        for line in sorted(f"{story}: {points} instants, {images} distinct images" for story, points, images in told):
            terminalreporter.write_line(line)
        points, images = sum(one[1] for one in told), sum(one[2] for one in told)
        terminalreporter.write_line(f"in all: {points} instants, {images} distinct images, each recovered and looked at")
