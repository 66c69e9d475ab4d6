"""Races: eight processes of the installed command apply in one folder at once.

Few rounds, of a seed that is printed when one breaks; `scripts/race_rounds.py` plays as many as one likes.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from processes.fairness import interleaved
from processes.gateway import Heard
from processes.races import KINDS, Races
from processes.stage import stage


def test_processes_that_apply_at_once_keep_apart(tmp_path: Path) -> None:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    with stage(tmp_path, served=True, seed=seed) as tenant:
        races = Races(tenant, seed)
        for number, kind in enumerate(KINDS):
            races.play(number, kind)
    assert races.tally.wrote >= len(KINDS)


def test_calls_of_two_runs_that_are_mixed_are_found() -> None:
    apart = (Heard(1, 0.0, 0.1), Heard(1, 0.2, 0.3), Heard(2, 0.4, 0.5))
    assert [*interleaved(apart, set())] == []
    assert [*interleaved((*apart, Heard(1, 0.6, 0.7)), set())], "one comes back"
    overlapping = (Heard(1, 0.0, 0.4), Heard(2, 0.3, 0.5))
    assert [*interleaved(overlapping, set())], "one begins before the other's last answer"
    assert [*interleaved(overlapping, {1})] == [], "a dead one waits for no answer"
