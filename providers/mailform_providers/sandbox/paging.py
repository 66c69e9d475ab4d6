"""Lists that don't fit on a page: each link leads to the rest of one list, kept where it was made, for half an hour.

The same body has to be sent to a link as to the list's beginning. A link that is too old, of another list, or made
elsewhere gets the service's own refusal, and there is no way on but to begin again.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailform_providers.sandbox.cmdlet import Record
from mailform_providers.sandbox.refusals import SERVER, Malformed, Refusal

USUAL = 1000
"""How many objects are on a page unless somebody wants fewer."""

_LIFE = timedelta(minutes=30)
_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says about pages: how many objects on one, the link that it follows, and what a link to the rest
    would begin with."""

    size: int = USUAL
    skip_token: str = ""
    link: str = ""


ONE_PAGE = Wish()
"""What a request wishes for that says nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and the token of what is left of it."""

    records: tuple[Record, ...]
    warnings: tuple[str, ...]
    skip_token: str | None


@dataclass(frozen=True, slots=True)
class _Rest:
    body: str
    ends: datetime
    records: tuple[Record, ...]
    warnings: tuple[str, ...]


class Cursors:
    """The lists that somebody is in the middle of; the longest forgotten goes first. Not for several threads."""

    def __init__(self) -> None:
        self._rests: OrderedDict[str, _Rest] = OrderedDict()
        self._made = 0

    def begin(self, body: str, records: Sequence[Record], warnings: tuple[str, ...], size: int, now: str) -> Page:
        """The first page of a list. `body` is what the links want to see again, `now` the service's text."""
        return self._page(_Rest(body, datetime.fromisoformat(now) + _LIFE, tuple(records), warnings), size)

    def follow(self, body: str, skip_token: str, size: int, now: str) -> Page:
        """The page behind a link. Raises Refusal when it is too old, or of something else."""
        rest = self._rests.get(skip_token)
        if rest is None or rest.body != body or rest.ends < datetime.fromisoformat(now):
            raise expired()
        return self._page(rest, size)

    def _page(self, rest: _Rest, size: int) -> Page:
        if len(rest.records) <= size:
            return Page(rest.records, rest.warnings, None)
        self._made += 1
        token = base64.urlsafe_b64encode(f"{SERVER},{self._made}".encode()).decode().rstrip("=")
        self._rests[token] = _Rest(rest.body, rest.ends, rest.records[size:], rest.warnings)
        while len(self._rests) > _MOST_KEPT:
            self._rests.popitem(last=False)
        return Page(rest.records[:size], rest.warnings, token)


def expired() -> Refusal:
    """The service's words, whatever is wrong with a link."""
    return Refusal(Malformed("Expired or Invalid pagination request. Default Expiry time is 00:30:00"))
