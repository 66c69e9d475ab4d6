"""Lets several processes go for the lock of one state at once, again and again, in each kind of store.

    python scripts/store_races.py [--rounds N] [--racers N] [KIND…]      local, azure, s3, http

The servers are those of the tests (`.ci/servers` installs them). Ends with 1 when two held the lock or an update was
lost. What has to hold stands in tests/processes/store_races.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from processes.command import Broken
from processes.store_races import store_races
from servers import Server, azurite, ministack, terraform_http

KINDS = ("local", "azure", "s3", "http")


def served(kind: str, folder: Path) -> AbstractContextManager[Server]:
    """The server of a kind of store."""
    match kind:
        case "azure":
            return azurite(folder)
        case "s3":
            return ministack(folder)
        case "http":
            return terraform_http()
    return nullcontext(Server("local", {}, {}))


def play(kind: str, rounds: int, racers: int) -> bool:
    """All rounds in one kind of store; whether everything held."""
    with tempfile.TemporaryDirectory() as place:
        folder, aside = Path(place, "folder"), Path(place, "server")
        folder.mkdir()
        aside.mkdir()
        began = time.monotonic()
        with served(kind, aside) as server, store_races(folder, server, "races", racers) as races:
            try:
                races.play_all(rounds)
            except Broken as broken:
                print(f"{kind}: round {races.rounds}: {broken}")
                return False
        print(
            f"{kind}: {races.rounds} rounds of {racers} processes, {races.holdings} held the lock one by one, "
            f"{races.refused} were turned away, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return True


def main() -> int:
    """All kinds that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=KINDS)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--racers", type=int, default=8)
    arguments = parser.parse_args()
    held = [play(kind, arguments.rounds, arguments.racers) for kind in arguments.kinds]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
