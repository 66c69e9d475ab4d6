"""Progress: live on a terminal (rich), plain lines in a pipeline."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from mailform.cli.common import Common
from mailform.cli.desk import tell
from mailform_state.journal import Entry, Intent, Result

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Shows every journal entry as it becomes durable. `earlier` are those of a journal that is gone on with."""

    def __init__(self, common: Common, earlier: Iterable[Entry] = ()) -> None:
        told = tuple(earlier)
        self._intents = {entry.step: entry for entry in told if isinstance(entry, Intent)}
        self._stream = common.stream
        if self._stream is not None:
            self._stream.remember(told)
        self._quiet = common.quiet or common.json
        self._live = sys.stderr.isatty() and not self._quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._begun = 0

    def __enter__(self) -> Progress:
        if self._stream is not None:
            self._stream.__enter__()
        if self._live:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("Applying", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.__exit__(kind, error, trace)
        if self._bar is not None:
            self._bar.stop()

    def tell(self, entry: Entry) -> None:
        """Shows one entry."""
        if self._stream is not None:
            self._stream.tell(entry)
            return
        from mailform.render.progress import line as told

        if isinstance(entry, Intent):
            self._intents[entry.step] = entry
        line = told(entry, self._intents)
        if self._quiet or line is None:
            return
        if self._bar is None or self._task is None:
            tell(line)
            return
        from rich.text import Text

        self._bar.console.print(Text(line))
        if isinstance(entry, Intent):
            self._begun += 1
            self._bar.update(self._task, total=self._begun)
        elif isinstance(entry, Result):
            self._bar.advance(self._task)
