"""Makes many runs of the state machine (`tests/lifecycle/machine`), in several processes, until they are done or one
fails.

    python scripts/machine_runs.py --runs 100000 --jobs 2
    python scripts/machine_runs.py --runs 250 --seed 1234 --jobs 1     the runs of one part again

Needs the packages of `.[test]`. Exits with 1, and the smallest program that failed, when something isn't true.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

PART = 250
"""Runs with one seed: little enough that a failure is soon made again."""


def part(seed: int, runs: int) -> tuple[int, int, str]:
    """So many runs of one seed: the seed, how many it were, and how they failed, if they did."""
    from lifecycle.machine.running import run_machine

    try:
        return seed, run_machine(seed, runs), ""
    except BaseException as failure:
        return seed, 0, "".join(traceback.format_exception(failure))


def parts(first: int, runs: int) -> Iterator[tuple[int, int]]:
    """Seeds, and how many runs each has."""
    for number, start in enumerate(range(0, runs, PART)):
        yield first + number, min(PART, runs - start)


def main() -> int:
    """Runs, and tells how it goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)), help="of the first part")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    began, done = time.monotonic(), 0
    print(f"{asked.runs} runs, seed {asked.seed}, {asked.jobs} processes", flush=True)
    left = parts(asked.seed, asked.runs)
    with ProcessPoolExecutor(asked.jobs, max_tasks_per_child=20) as pool:
        running: set[Future[tuple[int, int, str]]] = set()
        while True:
            running |= {pool.submit(part, *one) for one in islice(left, asked.jobs - len(running))}
            if not running:
                break
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                seed, made, failure = future.result()
                if failure:
                    print(f"{failure}\nTo make it again: python {sys.argv[0]} --runs {PART} --seed {seed} --jobs 1")
                    for other in running:
                        other.cancel()
                    return 1
                done += made
            each = (time.monotonic() - began) / max(done, 1)
            print(f"{done} runs in {time.monotonic() - began:.0f} s, {each * 1000:.0f} ms each", flush=True)
    print(f"{done} runs, none failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
