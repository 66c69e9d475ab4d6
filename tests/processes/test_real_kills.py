"""Real kills: the installed command, SIGKILL at any instant, and one apply that puts everything right.

Few rounds, of a seed that is printed when one breaks; `scripts/kill_rounds.py` plays as many as one likes.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from processes.kills import OVER, Kills
from processes.looking import leftovers, managed, problems
from processes.stage import stage


@pytest.mark.parametrize("served", [True, False], ids=["a tenant that outlives it", "a tenant in its own file"])
def test_a_run_that_is_killed_loses_nothing_and_needs_no_hand(tmp_path: Path, served: bool) -> None:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    with stage(tmp_path, served=served, seed=seed) as tenant:
        kills = Kills(tenant, seed)
        kills.prepare()
        for number in range(3):
            kills.play(number)
    assert sum(count for what, count in kills.tally.kills.items() if what != OVER)


def test_what_is_lost_is_found(tmp_path: Path) -> None:
    with stage(tmp_path, served=True) as tenant:
        hand, foreign = tenant.hand, tenant.foreign
        assert [*problems(hand, None, foreign)] == []
        hand.run("New-InboundConnector", {"Name": "Lost", "SenderDomains": ["contoso.com"]})
        (orphan,) = problems(hand, None, foreign)
        assert "orphan" in orphan
        assert [*managed(hand, foreign)] == [("inbound_connector", "Lost")]
        hand.run("Set-TransportRule", {"Identity": "Foreign in between", "Priority": 0})
        hand.run("Set-InboundConnector", {"Identity": "Foreign", "Comment": "touched"})
        assert len([*problems(hand, None, foreign)]) == 3
        (tenant.folder / "mailform.state.json.0000000001.ab.tmp").touch()
        assert [*leftovers(tenant.folder)] == ["mailform.state.json.0000000001.ab.tmp was left behind"]
