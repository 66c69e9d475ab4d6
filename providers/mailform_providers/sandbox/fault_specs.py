"""Faults as text, for a command line: `write:3:reject`, `call:5x2:throttle=2`, `write:2:lose-applied`.

    WHICH:NTH:WHAT[=VALUE][:OPERATION]

What each part may be is told to users by `mailform sandbox serve --help`.
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
    Late,
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

_WHICH: Mapping[str, bool | None] = {"call": None, "read": False, "write": True, "login": None}
_SPEC = re.compile(
    r"(?P<which>[^:]+):(?P<nth>[^:]+):(?P<what>[^:=]+)(?:=(?P<value>(?:date:)?[^:]*))?(?::(?P<operation>.+))?"
)
_NTH = re.compile(r"(?P<nth>[1-9]\d{0,5})(?:x(?P<times>[1-9]\d{0,5})|(?P<onwards>\+))?|\*")
_LOGIN = ("reject", "throttle", "busy", "lose", "page", "cut")

PLAIN: Mapping[str, What] = {
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
VALUED: Mapping[str, Callable[[str], What]] = {
    "reject": lambda value: Reject(status=_status(value, 400)),
    "transient": lambda value: transient(*(value,) if value else ()),
    "throttle": lambda value: _throttle(value, 429),
    "busy": lambda value: _throttle(value, 503),
    "crowd": lambda value: Crowd(_status(value, 200)),
    "forbid": lambda value: Forbid(value or None),
    "late": lambda value: _late(value),
    "redirect": lambda value: Redirect(value) if value else Redirect(),
}


def parse(text: str) -> tuple[Side, Fault]:
    """The fault that a text means, and whom it strikes. Raises ValueError, saying what is wrong with it."""
    found = _SPEC.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not written as WHICH:NTH:WHAT, such as write:3:reject")
    which, what, operation = found["which"], found["what"], found["operation"]
    if which not in _WHICH:
        raise ValueError(f"{which!r} is not one of {', '.join(_WHICH)}")
    counted = _NTH.fullmatch(found["nth"])
    if counted is None:
        raise ValueError(f"{found['nth']!r} doesn't say which one: write 3, 3x2, 3+ or *")
    if which == "login" and (operation or what not in _LOGIN):
        raise ValueError(f"login takes one of {', '.join(_LOGIN)}, without an operation")
    when = When(
        nth=int(counted["nth"]) if counted["nth"] else None,
        onwards=bool(counted["onwards"]),
        operation="POST *" if which == "login" else operation or "*",
        writes=_WHICH[which],
        times=int(counted["times"] or 1),
    )
    return "login" if which == "login" else "service", Fault(when, _what(what, found["value"] or ""))


def _what(name: str, value: str) -> What:
    if name in PLAIN and not value:
        return PLAIN[name]
    if name in PLAIN:
        raise ValueError(f"{name} takes no value")
    if name not in VALUED:
        raise ValueError(f"{name!r} is none of {', '.join([*VALUED, *PLAIN])}")
    try:
        return VALUED[name](value)
    except KeyError:
        raise ValueError(f"{value!r} is not one of {', '.join(TRANSIENT)}") from None


def _throttle(value: str, status: int) -> Throttle:
    if not value.startswith("date:"):
        return Throttle(value or None, status)
    seconds = value.removeprefix("date:")
    if not seconds.isdecimal():
        raise ValueError(f"{value!r} needs a number of seconds, such as date:5")
    return Throttle(seconds, status, as_date=True)


def _late(value: str) -> Late:
    if value and not value.isdecimal():
        raise ValueError(f"{value!r} is no number of seconds, such as late=30")
    return Late(float(value or 30))


def _status(value: str, otherwise: int) -> int:
    if not value:
        return otherwise
    if not re.fullmatch(r"[2-5]\d\d", value):
        raise ValueError(f"{value!r} is no HTTP status")
    return int(value)
