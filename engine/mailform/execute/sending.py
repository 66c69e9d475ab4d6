"""The calls of one wave on their way: rules one after the other, everything else side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from mailform.execute.calls import Call, Performed
from mailform.execute.ledger import Ledger
from mailform.execute.perform import perform
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.journal import Outcome, Result


def performing(calls: list[Call], ledger: Ledger) -> Iterator[Performed]:
    """Sends the calls of a wave: rules one after the other, others side by side. After a failure nothing more is
    begun; what was not sent says so."""
    if calls[0].operation.kind == TRANSPORT_RULE or len(calls) == 1 or ledger.tempo.parallelism == 1:
        stop = False
        for call in calls:
            if stop or ledger.stopped():
                yield _unsent(call)
                continue
            done = perform(call, ledger)
            stop = done.result.outcome in (Outcome.REJECTED, Outcome.AMBIGUOUS)
            yield done
        return
    waiting = list(reversed(calls))
    running: set[Future[Performed]] = set()
    with ThreadPoolExecutor(ledger.tempo.parallelism) as pool:
        stop = False
        while waiting or running:
            while waiting and not stop and not ledger.stopped() and len(running) < ledger.tempo.parallelism:
                running.add(pool.submit(perform, waiting.pop(), ledger))
            if not running:
                break
            completed, running = wait(running, return_when=FIRST_COMPLETED)
            for future in completed:
                done = future.result()
                stop = stop or done.result.outcome in (Outcome.REJECTED, Outcome.AMBIGUOUS)
                yield done
    for call in reversed(waiting):
        yield _unsent(call)


def _unsent(call: Call) -> Performed:
    return Performed(call, Result(call.operation.number, Outcome.UNSENT, call.id))
