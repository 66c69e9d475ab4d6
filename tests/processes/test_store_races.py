"""Eight processes go for one lock at once, in each kind of store. Few rounds; `scripts/store_races.py` plays as many as
one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.command import Broken
from processes.store_racer import INSIDE
from processes.store_races import store_races
from servers import Server, States, terraform_http


@pytest.mark.parametrize("kind", ["local", "azure", "s3", "http"])
def test_never_two_hold_the_lock_and_no_update_is_lost(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: Server = Server("local", {}, {}) if kind == "local" else request.getfixturevalue(f"{kind}_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with store_races(tmp_path, server, f"races-{kind}") as races:
        races.play_all(2)
    assert races.holdings >= 8 + 1
    assert not (tmp_path / INSIDE).exists()


def test_a_store_that_gives_the_lock_to_everybody_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with terraform_http(States(careless=True)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with store_races(tmp_path, server, "careless") as races, pytest.raises(Broken):
            races.play_all(20)
