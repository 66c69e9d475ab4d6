"""The forms in which the service keeps sizes, dates and address spaces, whatever was sent.

Only what a value looks like; which parameter has which form is in `parameters`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)?\s*(?:\(([\d,]+) bytes\))?\s*", re.IGNORECASE)
_UNITS = ("B", "KB", "MB", "GB", "TB")
_SPACE = re.compile(r"(?:(?P<type>[a-z0-9]+):)?(?P<domain>[^;:]+?)(?:;(?P<cost>\d+))?", re.IGNORECASE)


def size(text: str) -> str:
    """`30MB` or a number of bytes as `30 MB (31,457,280 bytes)`. Raises ValueError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    number, unit, exact = match.groups()
    if exact:
        octets = int(exact.replace(",", ""))
    else:
        octets = int(float(number) * 1024 ** _UNITS.index((unit or "B").upper()))
    power = max((n for n in range(len(_UNITS)) if octets >= 1024**n), default=0)
    return f"{octets / 1024**power:.4g} {_UNITS[power]} ({octets:,} bytes)"


def timestamp(text: str) -> str:
    """An ISO 8601 moment in UTC with the service's seven fractional digits. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def stamp(moment: datetime) -> str:
    """A moment (with a zone) as the service writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0+00:00"


def address_space(text: str) -> str:
    """`contoso.com` as `smtp:contoso.com;1`; the last number is a cost and kept. Raises ValueError."""
    match = _SPACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return f"{(match['type'] or 'smtp').lower()}:{match['domain']};{match['cost'] or 1}"


def domain_of(space: str) -> str:
    """The domain of an address space, or the text itself when it is a plain domain."""
    match = _SPACE.fullmatch(space.strip())
    return match["domain"] if match else space
