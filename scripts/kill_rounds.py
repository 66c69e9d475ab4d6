"""Kills `mailform apply` at random instants, again and again, and looks whether anything was lost.

    python scripts/kill_rounds.py [--file] [--rounds N] [--seed S] [--round R]

The tenant is a sandbox behind a socket, which outlives every process; with --file it is the sandbox's file beside the
configuration, written by the very process that is killed. Ends with 1 at the first thing that doesn't hold, says how to
play that round again, and keeps the folder. What has to hold stands in tests/processes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from processes.command import Broken
from processes.kills import OVER, Kills, Tally
from processes.phases import PHASES
from processes.stage import stage


def play(place: Path, arguments: argparse.Namespace, tally: Tally) -> int | None:
    """Plays the rounds on one tenant; answers with the number of the one that broke."""
    with stage(place, served=not arguments.file, seed=arguments.seed) as tenant:
        kills = Kills(tenant, arguments.seed, tally)
        first = tally.rounds if arguments.round is None else arguments.round
        kills.prepare(first)
        for number in range(first, arguments.rounds if arguments.round is None else first + 1):
            try:
                kills.play(number)
            except Broken as broken:
                print(f"\nround {number}: {broken}")
                return number
            print(".", end="" if (number + 1) % 50 else "\n", flush=True)
    return None


def told(tally: Tally, seconds: float, arguments: argparse.Namespace) -> str:
    """The figures."""
    killed = sum(count for what, count in tally.kills.items() if what != OVER)
    lines = [f"{tally.rounds} rounds, {killed} kills, {tally.recoveries} recoveries, {seconds:.0f} s"]
    lines += [f"  {what:<22} {tally.kills[what]:>4}" for what in (*PHASES, OVER)]
    if not arguments.file:
        lines.append(f"{tally.writes} writes; {tally.allowed} were planned or undone")
    lines.append(f"the state was read {tally.reads} times meanwhile, and was whole each time")
    return "\n".join(lines)


def main(arguments: argparse.Namespace) -> int:
    """All rounds."""
    print(f"seed {arguments.seed}", flush=True)
    began, tally = time.monotonic(), Tally()
    root = Path(tempfile.mkdtemp(prefix="mailform-kills-", dir=arguments.dir))
    number = play(root, arguments, tally)
    print(f"\n{told(tally, time.monotonic() - began, arguments)}")
    if number is None:
        shutil.rmtree(root)
        return 0
    again = f"{'--file ' if arguments.file else ''}--seed {arguments.seed} --round {number}"
    print(f"kept: {root}\nagain: python scripts/kill_rounds.py {again}")
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--round", type=int, help="play only this one")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--file", action="store_true", help="the tenant is a file, not a server")
    parser.add_argument("--dir", help="where to make the folder; default is the system's temporary one")
    sys.exit(main(parser.parse_args()))
