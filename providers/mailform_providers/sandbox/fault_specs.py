"""Faults as text, for a command line: `write:3:reject`, `call:5x2:throttle=2`, `write:2:lose-applied`.

    WHICH:NTH:WHAT[=VALUE][:OPERATION]

`parse` reads one; `HELP` tells a user all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from mailform_providers.sandbox.faults import (
    Crowd,
    Expire,
    Fault,
    Forbid,
    Lose,
    Page,
    Redirect,
    Reject,
    Throttle,
    Truncate,
    What,
    When,
)
from mailform_providers.sandbox.moods import CONFLICT, EXPIRED_LINK, NOT_YET, TRANSIENT, transient

Side: TypeAlias = Literal["service", "login"]
"""Whom a fault strikes: Exchange and Graph, or the sign-in authority."""

HELP = f"""WHICH:NTH:WHAT[=VALUE][:OPERATION], such as write:3:reject, call:5x2:throttle=2, read:*:busy:Get-TransportRule.

WHICH is call (any of Exchange and Graph), read, write, or login (a POST to the sign-in authority).
NTH counts from 1: 3 is the third, 3x2 the third and fourth, 3+ all from the third on, * every one.
OPERATION narrows it to a cmdlet or a Graph path: New-*, PATCH /domains/*.

WHAT is one of
  reject[=STATUS]        refused for good (400)
  missing, conflict      404 and 409, as of something just made or being changed
  expired-link           the next page's link is too old
  transient[=TYPE]       fails for now: {", ".join(TRANSIENT)}
  throttle[=RETRY-AFTER] 429; the value is sent as it is, throttle=date:5 as the date in 5 seconds
  busy[=RETRY-AFTER]     503
  crowd[=STATUS]         the plain text about concurrent requests, under 200 or this status
  forbid[=DIAGNOSTICS]   403 that can't be read
  redirect[=PREFIX]      302 to PREFIX.host
  expire                 401; the token is never taken again
  lose, lose-applied     a connection that breaks before or after the request was carried out
  page, page-applied     a web page with 200
  cut, cut-unapplied     JSON that ends in the middle; carried out, or not"""

_WHICH: Mapping[str, bool | None] = {"call": None, "read": False, "write": True, "login": None}
_NTH = re.compile(r"(?P<nth>[1-9]\d{0,5})(?:x(?P<times>[1-9]\d{0,5})|(?P<onwards>\+))?|\*")
_LOGIN = ("reject", "throttle", "busy", "lose", "page", "cut")

_PLAIN: Mapping[str, What] = {
    "missing": NOT_YET,
    "conflict": CONFLICT,
    "expired-link": EXPIRED_LINK,
    "expire": Expire(),
    "lose": Lose(applied=False),
    "lose-applied": Lose(applied=True),
    "page": Page(),
    "page-applied": Page(applied=True),
    "cut": Truncate(),
    "cut-unapplied": Truncate(applied=False),
}
_VALUED: Mapping[str, Callable[[str], What]] = {
    "reject": lambda value: Reject(status=_status(value, 400)),
    "transient": lambda value: transient(*(value,) if value else ()),
    "throttle": lambda value: _throttle(value, 429),
    "busy": lambda value: _throttle(value, 503),
    "crowd": lambda value: Crowd(_status(value, 200)),
    "forbid": lambda value: Forbid(value or None),
    "redirect": lambda value: Redirect(value) if value else Redirect(),
}


def parse(text: str) -> tuple[Side, Fault]:
    """The fault that a text means, and whom it strikes. Raises ValueError, saying what is wrong with it."""
    which, _, rest = text.partition(":")
    count, _, rest = rest.partition(":")
    if which not in _WHICH:
        raise ValueError(f"{which!r} is not one of {', '.join(_WHICH)}")
    counted = _NTH.fullmatch(count)
    if counted is None:
        raise ValueError(f"{count!r} doesn't say which one: write 3, 3x2, 3+ or *")
    what, operation = _what(rest)
    if which == "login" and (operation or rest.partition("=")[0] not in _LOGIN):
        raise ValueError(f"login takes one of {', '.join(_LOGIN)}, without an operation")
    when = When(
        nth=int(counted["nth"]) if counted["nth"] else None,
        onwards=bool(counted["onwards"]),
        operation="POST *" if which == "login" else operation or "*",
        writes=_WHICH[which],
        times=int(counted["times"] or 1),
    )
    return "login" if which == "login" else "service", Fault(when, what)


def _what(text: str) -> tuple[What, str]:
    """What happens, and the operation behind it. A date's own colon belongs to the value."""
    name, _, rest = text.partition("=") if "=" in text.partition(":")[0] else (text.partition(":")[0], "", "")
    after = text[len(name) :]
    if name in _PLAIN and not rest:
        return _PLAIN[name], after.removeprefix(":")
    if name not in _VALUED:
        raise ValueError(f"{name!r} is none of {', '.join([*_VALUED, *_PLAIN])}" + (", or takes no value" if rest else ""))
    date = "date:" if rest.startswith("date:") else ""
    value, _, operation = rest.removeprefix(date).partition(":") if rest else ("", "", after.removeprefix(":"))
    try:
        return _VALUED[name](date + value), operation
    except KeyError:
        raise ValueError(f"{value!r} is not one of {', '.join(TRANSIENT)}") from None


def _throttle(value: str, status: int) -> Throttle:
    if not value.startswith("date:"):
        return Throttle(value or None, status)
    seconds = value.removeprefix("date:")
    if not seconds.isdecimal():
        raise ValueError(f"{value!r} needs a number of seconds, such as date:5")
    return Throttle(seconds, status, as_date=True)


def _status(value: str, otherwise: int) -> int:
    if not value:
        return otherwise
    if not re.fullmatch(r"[2-5]\d\d", value):
        raise ValueError(f"{value!r} is no HTTP status")
    return int(value)
