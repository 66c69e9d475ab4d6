"""Numbers with their word, and moments, as sentences have them."""

from __future__ import annotations

from datetime import UTC, datetime


def figure(number: int, one: str, many: str = "") -> str:
    """`1 rule`, `2 rules`, `1,000 rules`. `many` only where it isn't `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(at: datetime) -> str:
    """A moment to the second, always in UTC and saying so."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
