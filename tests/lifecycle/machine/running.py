"""Many runs of the machine, from one seed: for the test, and for the script that makes a hundred thousand of them."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from lifecycle.machine.machine import Machine

STEPS = 6
"""The most steps of one run, its end not counted."""


def run_machine(number: int, runs: int) -> int:
    """Makes so many runs; answers with how many it really were. The same number is the same runs again. Fails with the
    smallest program that breaks a truth."""

    class Numbered(Machine):
        """With a count of its own."""

        runs = 0

    run_state_machine_as_test(
        seed(number)(Numbered),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            derandomize=False,
            deadline=None,
            database=None,
            print_blob=False,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Numbered.runs
