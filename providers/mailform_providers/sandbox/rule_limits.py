"""How much rules may hold: 300 rules, 8,192 characters a rule, 20 KB of words and patterns in all.

How the service counts a rule's characters isn't published; here it is the names and values of what is set.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailform_providers.sandbox import refusals
from mailform_providers.sandbox.tenant import Entry, Settings

MOST_RULES = 300
MOST_CHARACTERS = 8_192
MOST_PATTERNS = 20 * 1_024


def characters(settings: Settings) -> int:
    return sum(len(name) + _length(settings, name) for name in settings)


def patterns(settings: Settings) -> int:
    """The characters of a rule's words and patterns."""
    return sum(_length(settings, name) for name in settings if name.endswith(("Words", "Patterns")))


def require_room(settings: Settings, others: Iterable[Entry]) -> None:
    """Refuses a rule that is too large by itself, or with what the other rules hold already."""
    count = characters(settings)
    if count > MOST_CHARACTERS:
        text = f"It has {count} characters and the maximum number of characters is {MOST_CHARACTERS}."
        raise refusals.invalid(f"The rule cannot be created because it is too large. {text} Reduce the size.")
    own = patterns(settings)
    if own and own + sum(patterns(rule.settings) for rule in others) > MOST_PATTERNS:
        text = f"The maximum size of the words and patterns of all rules is {MOST_PATTERNS} characters."
        raise refusals.invalid(f"The rule cannot be saved because the rules of the organization are too large. {text}")


def require_place(count: int) -> None:
    if count >= MOST_RULES:
        raise refusals.invalid(f"The rule cannot be created because there are {MOST_RULES} rules already.")


def _length(settings: Settings, name: str) -> int:
    value = settings[name]
    if isinstance(value, tuple):
        return sum(len(item) for item in value)
    return len(value) if isinstance(value, str) else 0
