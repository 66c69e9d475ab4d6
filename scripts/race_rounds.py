"""Lets several processes apply in one folder at once, again and again, and looks whether they kept out of each other's
way.

    python scripts/race_rounds.py [--rounds N] [--racers N] [--seed S] [--round R]

The tenant is a sandbox behind a socket, which knows whose call each one is. Ends with 1 at the first thing that doesn't
hold, says how to play that round again, and keeps the folder. What has to hold stands in tests/processes.
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
from processes.races import KINDS, Races, Tally
from processes.stage import stage


def play(place: Path, arguments: argparse.Namespace, tally: Tally) -> int | None:
    """Plays the rounds on one tenant; answers with the number of the one that broke."""
    with stage(place, served=True, seed=arguments.seed) as tenant:
        races = Races(tenant, arguments.seed, arguments.racers, tally)
        for number in range(arguments.rounds) if arguments.round is None else (arguments.round,):
            try:
                races.play(number)
            except Broken as broken:
                print(f"\nround {number}: {broken}")
                return number
            print(".", end="" if (number + 1) % 50 else "\n", flush=True)
    return None


def told(tally: Tally, seconds: float) -> str:
    """The figures."""
    lines = [f"{tally.rounds.total()} rounds, {tally.processes} processes, {seconds:.0f} s"]
    lines += [f"  {kind:<22} {tally.rounds[kind]:>4}" for kind in KINDS]
    lines.append(
        f"{tally.wrote} runs wrote, {tally.idle} found nothing to do, {tally.locked} were turned away (7), "
        f"{tally.killed} were killed"
    )
    lines.append(f"{tally.recoveries} recoveries; {tally.versions} versions, {tally.writes} writes")
    return "\n".join(lines)


def main(arguments: argparse.Namespace) -> int:
    """All rounds."""
    print(f"seed {arguments.seed}", flush=True)
    began, tally = time.monotonic(), Tally()
    root = Path(tempfile.mkdtemp(prefix="mailform-races-", dir=arguments.dir))
    number = play(root, arguments, tally)
    print(f"\n{told(tally, time.monotonic() - began)}")
    if number is None:
        shutil.rmtree(root)
        return 0
    print(f"kept: {root}\nagain: python scripts/race_rounds.py --seed {arguments.seed} --round {number}")
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--round", type=int, help="play only this one")
    parser.add_argument("--racers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--dir", help="where to make the folder; default is the system's temporary one")
    sys.exit(main(parser.parse_args()))
