"""Requests whose connection broke while they were still on their way: they arrive all the same, only later.

A client sees nothing of them until they show, and by then it may have given them up.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailform_providers.sandbox.routing import Routed


@dataclass(frozen=True, slots=True)
class Delayed:
    """A request that is carried out at `due` (seconds since 1970), or by the first that looks after it. `id` is the
    client's."""

    due: float
    routed: Routed
    id: str


class Underway:
    """What is underway to the tenants (by GUID) in one store, as far as this process knows. Not for several threads."""

    def __init__(self) -> None:
        self._delayed: dict[str, list[Delayed]] = {}

    def __len__(self) -> int:
        """How many are on their way."""
        return sum(map(len, self._delayed.values()))

    def add(self, guid: str, delayed: Delayed) -> None:
        """One more is on its way."""
        self._delayed.setdefault(guid, []).append(delayed)

    def arriving(self, guid: str, now: float) -> tuple[Delayed, ...]:
        """What is due by now, the earliest first. Each is told once."""
        told = self._delayed.get(guid, [])
        due = sorted((one for one in told if one.due <= now), key=lambda one: one.due)
        self._delayed[guid] = [one for one in told if one.due > now]
        return tuple(due)
