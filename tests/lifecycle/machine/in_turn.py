"""One thing after the other where Mailform does several side by side: the same seed is the same run, and a faster one.

That they may really run side by side is for other tests to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import mailform.execute.sending
import mailform.refresh
import mailform_providers.exchange.domains
import mailform_providers.exchange.objects

_POOLS = (
    mailform.execute.sending,
    mailform.refresh,
    mailform_providers.exchange.domains,
    mailform_providers.exchange.objects,
)


class Numbered(Future[Any]):
    """A future that sets hold in the order in which things were begun."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def __hash__(self) -> int:
        return self._number


class InTurn:
    """A pool of threads without threads."""

    def __init__(self, _: int) -> None:
        self._begun = 0

    def __enter__(self) -> InTurn:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        self._begun += 1
        future = Numbered(self._begun)
        future.set_result(work(*given))
        return future

    def map(self, work: Callable[..., Any], *given: Iterable[Any]) -> list[Any]:
        return [work(*each) for each in zip(*given, strict=False)]


@contextmanager
def in_turn() -> Iterator[None]:
    """Everything in turn, as long as the block lasts."""
    with ExitStack() as patches:
        for module in _POOLS:
            patches.enter_context(patch.object(module, "ThreadPoolExecutor", InTurn))
        yield
