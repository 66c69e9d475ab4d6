"""A sandbox behind a socket that outlives its clients, is slow, and remembers who asked for what and when.

Each process gets tokens of its own; they tell it apart. A request waits before it is handled, so one that was under way
when its process was killed is handled all the same, and often a good while later (`LATE`).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from mailform_providers.clouds import EXCHANGE_URL, GRAPH_URL, LOGIN_URL, Audience
from mailform_providers.credentials import VARIABLES
from mailform_providers.sandbox import EXCHANGE, GRAPH, Sandbox
from mailform_providers.sandbox.faults import Lose
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.serving.server import listening
from mailform_providers.sandbox.tokens import mint
from mailform_providers.sandbox.wire import Answer

LATE = 0.8
"""Seconds at most that a dead process's request is on its way; less than the settle window of the rounds."""


@dataclass(slots=True)
class Heard:
    """One request: whose it was, and when it came and was answered (seconds; None while it is under way). `writes` is
    known once it was handled; `posthumous`: its process was killed before it came."""

    sender: int
    arrived: float
    answered: float | None = None
    writes: bool = False
    operation: str = ""
    posthumous: bool = False


@dataclass(slots=True)
class Gateway:
    """What stands between the processes and the tenant. Senders are numbers, given by whoever starts them."""

    sandbox: Sandbox
    draw: Random
    latency: float
    origin: str = ""
    _heard: list[Heard] = field(default_factory=list)
    _calls: Counter[int] = field(default_factory=Counter)
    _dead: set[int] = field(default_factory=set)
    _senders: dict[str, int] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def environment(self, sender: int) -> dict[str, str]:
        """What makes a process talk to this tenant, and us know that it does."""
        tokens = {Audience.EXCHANGE: EXCHANGE, Audience.GRAPH: GRAPH}
        found = {VARIABLES[one]: mint(self.sandbox.tenant_id, name, sender) for one, name in tokens.items()}
        self._senders.update((f"Bearer {token}", sender) for token in found.values())
        return {**found, EXCHANGE_URL: self.origin, GRAPH_URL: self.origin, LOGIN_URL: self.origin}

    def answer(self, arrival: Arrival) -> Answer | Lose:
        """One request, from its arrival until its answer leaves."""
        with self._news:
            sender = self._senders[arrival.headers["authorization"]]
            heard = Heard(sender, time.monotonic(), posthumous=sender in self._dead)
            self._heard.append(heard)
            self._calls[heard.sender] += 1
            self._news.notify_all()
            before, late, after = (self.draw.uniform(0, top) for top in (self.latency, LATE, self.latency))
            hurried = self.draw.random() < 0.5
        time.sleep(before)
        if heard.sender in self._dead and not hurried:
            time.sleep(late)
        with self._news:
            answer = self.sandbox.answer(arrival)
            done = self.sandbox.log[-1]
            heard.writes, heard.operation = done.writes, done.operation
        time.sleep(after)
        heard.answered = time.monotonic()
        return answer

    def buried(self, sender: int) -> None:
        """From now on what is still under way from this process takes its time."""
        self._dead.add(sender)

    def heard(self, since: int = 0) -> tuple[Heard, ...]:
        """Every request in the order of arrival, from a place in it on."""
        with self._news:
            return tuple(self._heard[since:])

    def quiet(self) -> None:
        """Waits until nothing is under way any more."""
        while any(one.answered is None for one in self.heard()[-64:]):
            time.sleep(0.01)

    def calls(self, sender: int) -> int:
        """How many requests of a process have come."""
        return self._calls[sender]

    def wait_for_call(self, sender: int, nth: int, seconds: float) -> bool:
        """Waits until a process's `nth` request has come, and at most so long."""
        with self._news:
            return self._news.wait_for(lambda: self._calls[sender] >= nth, seconds)


@contextmanager
def gateway(sandbox: Sandbox, draw: Random, latency: float) -> Iterator[Gateway]:
    """Opens the gateway of a sandbox on this very machine."""
    opened = Gateway(sandbox, draw, latency)
    with listening(0, opened.answer) as origin:
        opened.origin = origin
        yield opened
