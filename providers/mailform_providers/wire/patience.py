"""How long to keep trying. A service that is busy says so and is asked again later; the time for that is bounded."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Again:
    """An attempt may be repeated, after `seconds` where the service named them, at most `tries` times in all."""

    seconds: float | None = None
    tries: int | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried and how many seconds its pauses may take in all. Pauses double, up to `longest`,
    unless the service names one; a pause that is beyond the budget ends the trying at once. `jitter` (low, high) keeps
    many clients from coming back at the same moment; `tell` hears of every pause."""

    tries: int = 8
    budget: float = 300.0
    first: float = 1.0
    longest: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    tell: Callable[[str], None] = lambda _: None

    def persist(self, attempt: Callable[[], T], judge: Callable[[T], Again | None]) -> T:
        """What the last attempt came to: the first that `judge` has nothing against, or the one at the end."""
        # imported here: it takes 0.04 s, and most commands never speak to a service
        from tenacity import Retrying, retry_if_result

        def judged() -> tuple[T, Again | None]:
            outcome = attempt()
            return outcome, judge(outcome)

        def pause(state: RetryCallState) -> float:
            again = _verdict(state)
            if again is not None and again.seconds is not None:
                return again.seconds + self.jitter(0, min(1.0, again.seconds / 10))
            backoff: float = min(self.longest, self.first * 2 ** (state.attempt_number - 1))
            return backoff + self.jitter(0, backoff / 2)

        def enough(state: RetryCallState) -> bool:
            again = _verdict(state)
            tries = self.tries if again is None or again.tries is None else min(self.tries, again.tries)
            return state.attempt_number >= tries or state.idle_for + state.upcoming_sleep > self.budget

        def told(state: RetryCallState) -> None:
            self.tell(
                f"The service is busy or doesn't answer; trying again in {state.upcoming_sleep:.0f} s "
                f"(try {state.attempt_number + 1} of {self.tries})."
            )

        trying = Retrying(
            retry=retry_if_result(lambda result: result[1] is not None),
            wait=pause,
            stop=enough,
            sleep=self.sleep,
            before_sleep=told,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome is not None else None,
        )
        outcome: T = trying(judged)[0]
        return outcome


def _verdict(state: RetryCallState) -> Again | None:
    """What was said of the last attempt: the second of what `judged` answers."""
    found: Again | None = None if state.outcome is None else state.outcome.result()[1]
    return found


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
