"""When readers that may lag are believed: never at a first look, and only later once they have contradicted each other.

Readers that all lag alike nobody can see through: against that only time helps.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailform.execute.ledger import Surroundings

SURE = 3
"""How often in a row something has to show, or not to show."""


@dataclass(slots=True)
class Streak:
    """Looks in a row that all found the same. `seconds`: for how long they have to, at least; a look that found it
    otherwise makes that the settle window."""

    scene: Surroundings
    seconds: float = 0.0
    looks: int = 0
    since: float = 0.0

    def sure(self, found: bool) -> bool:
        """Takes one more look into account, and says whether what it is about can be believed now."""
        now = self.scene.clock.monotonic()
        if not found:
            self.looks, self.seconds = 0, max(self.seconds, self.scene.tempo.settle)
            return False
        self.since = self.since if self.looks else now
        self.looks += 1
        return self.looks >= SURE and now - self.since >= self.seconds
