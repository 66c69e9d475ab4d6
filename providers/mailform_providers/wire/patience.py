"""How long to keep trying. A service that is busy says so and is asked again later; the time for that is bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Again:
    """An attempt may be repeated, after `seconds` where the service named them, at most `tries` times in all."""

    seconds: float | None = None
    tries: int | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried and how many seconds its pauses may take in all. Pauses double, up to `longest`,
    unless the service names one; a pause that is beyond the budget ends the trying at once."""

    tries: int = 8
    budget: float = 300.0
    first: float = 1.0
    longest: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def persist(self, attempt: Callable[[], T], judge: Callable[[T], Again | None]) -> T:
        """What the last attempt came to: the first that `judge` has nothing against, or the one at the end."""
        waited = 0.0
        for tried in count(1):
            outcome = attempt()
            again = judge(outcome)
            if again is None or tried >= min(self.tries, again.tries or self.tries):
                return outcome
            pause = min(self.longest, self.first * 2 ** (tried - 1)) if again.seconds is None else again.seconds
            waited += pause
            if waited > self.budget:
                return outcome
            self.sleep(pause)
        raise AssertionError("count() does not end")


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait for what takes its time (seconds): Exchange knowing a proven domain, and an object being there
    for the next request after it was made."""

    domain_timeout: float = 600.0
    visibility_timeout: float = 300.0
    first: float = 1.0
    longest: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def looks(self, timeout: float) -> Iterator[int]:
        """Yields the number of each look: the first at once, the others after growing pauses, the last at the end."""
        end = self.clock() + timeout
        for number in count(1):
            yield number
            left = end - self.clock()
            if left <= 0:
                return
            self.sleep(min(left, self.longest, self.first * 1.5 ** min(number - 1, 20)))


def retry_after(text: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """The seconds that a Retry-After header asks for (a number, also a broken one, or a date); None when it is none."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - now()).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if seconds == seconds else None
