"""What `mailform sandbox serve` does once its options are read: it says how to get in, and waits."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailform.cli import desk
from mailform.cli.common import Common
from mailform_providers.sandbox.serving import Options, Served, serving
from mailform_state.errors import Unusable


def serve_until_told(common: Common, options: Options) -> None:
    """Serves until SIGINT or SIGTERM. Raises Unusable when the port can't be had."""
    with _told() as told:
        try:
            with serving(options) as served:
                _say(common, served)
                told.wait()
        except OSError as problem:
            raise Unusable(
                f"Port {options.port} of this machine can't be served: {problem.strerror}.",
                hint="Give another --port, or 0 for any that is free.",
            ) from None


def _say(common: Common, served: Served) -> None:
    """Tells the environment on standard output; with --json the other ways in too."""
    if common.json:
        desk.say_json(
            {"environment": dict(served.environment), "ways": {way: dict(of) for way, of in served.ways.items()}}
        )
        return
    desk.say("\n".join(f"export {name}={shlex.quote(value)}" for name, value in served.environment.items()))
    if not common.quiet:
        desk.tell(f"Serving {served.sandbox.tenant.initial}. Ctrl-C ends it. Other ways in: --json shows them.")


@contextmanager
def _told() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, so that they end the command in good order."""
    event = threading.Event()
    former = {number: signal.signal(number, lambda *_: event.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
