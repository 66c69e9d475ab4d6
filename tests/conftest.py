"""What tests of every floor may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does: time is measured in benchmarks, never asserted here.
settings.register_profile("mailform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mailform")


@pytest.fixture
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real name server with a zone that takes updates (`nameserver.NameServer`)."""
    from nameserver import running

    folder: Path = tmp_path_factory.mktemp("knot")
    with running(folder) as found:
        yield found
