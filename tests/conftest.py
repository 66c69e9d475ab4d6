"""What tests of every floor may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# how long something takes says nothing of whether it is right: the machine may be busy
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# for who asks only whether something fails, and not for the smallest example of it
settings.register_profile("unshrunk", settings.get_profile("patient"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("patient")


@pytest.fixture
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real name server with a zone that takes updates (`nameserver.NameServer`)."""
    from nameserver import running

    folder: Path = tmp_path_factory.mktemp("knot")
    with running(folder) as found:
        yield found


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Azurite, with a container for states (`servers.Server`)."""
    from servers import azurite

    with azurite(tmp_path_factory.mktemp("azurite")) as found:
        yield found


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """MiniStack, with a bucket for states."""
    from servers import ministack

    with ministack(tmp_path_factory.mktemp("ministack")) as found:
        yield found


@pytest.fixture(scope="session")
def http_server() -> Iterator[object]:
    """A server of Terraform's HTTP protocol."""
    from servers import terraform_http

    with terraform_http() as found:
        yield found


@pytest.fixture(scope="session")
def gitlab_server() -> Iterator[object]:
    """The same, with the methods that GitLab has for its locks."""
    from servers import terraform_http

    with terraform_http(gitlab=True) as found:
        yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells what tests have to say beside having passed, which nobody would see among the dots. It comes with their own
    properties, so that it doesn't matter in which process they ran."""
    told = [
        (name, value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
    ]
    for line in sorted(str(value) for name, value in told if name == "summary"):
        terminalreporter.write_line(line)
    _crashes(terminalreporter, [value for name, value in told if name == "crashes"])


def _crashes(terminalreporter: pytest.TerminalReporter, told: list[object]) -> None:
    """At how many instants runs were killed: a story, the instants, the distinct images, the recoveries."""
    figures = sorted((str(story), *map(int, counts)) for story, *counts in told)
    if not figures:
        return
    terminalreporter.section("crashes")
    for story, instants, images, recoveries in figures:
        caught = f"{instants} instants, {images} distinct images, " if instants else ""
        terminalreporter.write_line(f"{story}: {caught}{recoveries} recovered and looked at")
    instants, images, recoveries = (sum(one[place] for one in figures) for place in (1, 2, 3))
    terminalreporter.write_line(f"in all: {instants} instants, {images} distinct images, {recoveries} recoveries")
