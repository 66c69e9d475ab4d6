"""A user, an administrator and bad luck take turns: nothing is lost, and every exit code says what is true.

`lifecycle/machine` has what may happen (`machine`), what goes wrong (`trouble`) and what must hold (`truths`). Each run
of the tests takes another seed, and tells it; `MAILFORM_MACHINE_SEED` takes one again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from zlib import crc32

import pytest

from lifecycle.machine.running import run_machine

RUNS = int(os.environ.get("MAILFORM_MACHINE_RUNS", "2000"))
SHARDS = 8
"""Parts of the runs, for as many cores as there are."""


def first_seed() -> int:
    """The seed that was asked for; else one of this test run, the same in all its processes."""
    given = os.environ.get("MAILFORM_MACHINE_SEED")
    return int(given) if given else crc32(os.environ.get("PYTEST_XDIST_TESTRUNUID", os.urandom(8).hex()).encode())


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_happens_nothing_is_lost_and_what_is_said_is_true(
    shard: int, record_property: Callable[[str, object], None]
) -> None:
    first = first_seed()
    again = f"MAILFORM_MACHINE_SEED={first} pytest -n 0 tests/lifecycle/test_machine.py -k '[{shard}]'"
    print(f"seed {first}; to make these runs again: {again}")
    made = run_machine(first + shard, RUNS // SHARDS)
    record_property("summary", f"state machine, part {shard + 1} of {SHARDS}: {made} runs, seed {first}")
    assert made >= RUNS // SHARDS
