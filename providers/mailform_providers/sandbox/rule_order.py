"""Rules stand in one list and their priorities are its indexes: dense, 0 first, disabled rules included.

An insertion shifts those below, a removal closes the gap. Pure, so that the model can be tested by itself.
"""

from __future__ import annotations

from mailform_providers.sandbox import refusals
from mailform_providers.sandbox.tenant import Entry


def inserted(rules: tuple[Entry, ...], rule: Entry, priority: int | None) -> tuple[Entry, ...]:
    """The rules with a new one at `priority`: 0 to n, last when it isn't said. Raises Refusal."""
    place = len(rules) if priority is None else priority
    _require(place, len(rules))
    return (*rules[:place], rule, *rules[place:])


def moved(rules: tuple[Entry, ...], guid: str, priority: int) -> tuple[Entry, ...]:
    """The rules with one of them at `priority`: 0 to n-1, counted after it was taken out. Raises Refusal."""
    _require(priority, len(rules) - 1)
    rule = next(found for found in rules if found.guid == guid)
    others = removed(rules, guid)
    return (*others[:priority], rule, *others[priority:])


def removed(rules: tuple[Entry, ...], guid: str) -> tuple[Entry, ...]:
    return tuple(rule for rule in rules if rule.guid != guid)


def _require(priority: int, last: int) -> None:
    if not 0 <= priority <= last:
        text = f"Use a value between '0' (highest priority), and '{last}' (lowest priority)."
        raise refusals.invalid(f"The specified rule priority is invalid. {text}")
