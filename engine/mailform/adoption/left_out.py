"""What was not taken over, and why: the other half of every adoption's answer."""

from __future__ import annotations

from dataclasses import dataclass

from mailform_providers.contract import Observed
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An object that wasn't taken over; with `attribute`, only that was left unwritten. `id` is its name where a file
    shows no GUID."""

    kind: str
    id: str
    name: str
    reason: str
    attribute: str | None = None
    value: Value = None

    @classmethod
    def of(cls, seen: Observed, reason: str, attribute: str | None = None, value: Value = None) -> LeftOut:
        return cls(seen.kind, seen.id, seen.name, reason, attribute, value)
