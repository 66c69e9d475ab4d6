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
