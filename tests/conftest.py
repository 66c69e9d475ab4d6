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
    """Tells what tests have to say beside having passed: their properties called `summary`."""
    told = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "summary"
    ]
    for line in sorted(map(str, told)):
        terminalreporter.write_line(line)
