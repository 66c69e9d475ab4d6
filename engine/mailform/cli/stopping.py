"""Ctrl-C during an apply: the first stops new steps and takes back, the second leaves the journal as it is."""

from __future__ import annotations

import signal
import sys
from types import FrameType, TracebackType


class Stopping:
    """Listens for SIGINT and SIGTERM while an apply runs."""

    def __init__(self) -> None:
        self._asked = False
        self._former: dict[signal.Signals, object] = {}

    def asked(self) -> bool:
        """Whether the user wants to stop."""
        return self._asked

    def __enter__(self) -> Stopping:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._former[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)  # type: ignore[arg-type]  # what signal() itself gave back

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        sys.stderr.write(
            "\nStopping: the step in flight is finished, then everything is taken back. Again to leave now.\n"
        )
