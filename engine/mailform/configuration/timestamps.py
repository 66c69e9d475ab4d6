"""Points in time, in the one form that attributes have: `2026-11-23T21:00:00Z`."""

from __future__ import annotations

from datetime import UTC, date, datetime


def normalised(moment: str | date) -> str:
    """A TOML date or date-time, or an ISO 8601 text, in UTC to the second. Without a zone it is UTC already; a date
    alone is its first second. Raises ValueError."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment.strip())
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError as error:
        raise ValueError("out of range") from error
