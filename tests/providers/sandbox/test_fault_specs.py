"""Faults as text: what each says, and what is no fault."""

from __future__ import annotations

import pytest

from mailform_providers.sandbox import (
    CONFLICT,
    EXPIRED_LINK,
    NOT_YET,
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
    When,
    transient,
)
from mailform_providers.sandbox.fault_specs import PLAIN, VALUED, parse
from mailform_providers.sandbox.faults import What


@pytest.mark.parametrize(
    ("text", "when", "what"),
    [
        ("write:3:reject", When(nth=3), Reject()),
        ("write:1:reject=500", When(nth=1), Reject(status=500)),
        ("call:5:throttle=2", When(nth=5, writes=None), Throttle("2")),
        ("call:5x2:throttle", When(nth=5, times=2, writes=None), Throttle()),
        ("read:2+:busy=soon", When(nth=2, onwards=True, writes=False), Throttle("soon", 503)),
        ("read:*:busy:Get-TransportRule", When(operation="Get-TransportRule", writes=False), Throttle(status=503)),
        (
            "call:1:throttle=date:5:GET /domains*",
            When(1, operation="GET /domains*", writes=None),
            Throttle("5", as_date=True),
        ),
        ("write:2:lose-applied", When(nth=2), Lose(applied=True)),
        ("write:2:lose:PATCH /domains/*", When(nth=2, operation="PATCH /domains/*"), Lose(applied=False)),
        ("write:2:late", When(nth=2), Late(30.0)),
        ("write:2:late=90:New-*", When(nth=2, operation="New-*"), Late(90.0)),
        ("write:1:transient=ServerBusyException", When(nth=1), transient("ServerBusyException")),
        ("write:1:transient", When(nth=1), transient()),
        ("write:1:crowd=400", When(nth=1), Crowd(400)),
        ("call:1:redirect", When(nth=1, writes=None), Redirect()),
        ("call:1:redirect=eur02", When(nth=1, writes=None), Redirect("eur02")),
        ("call:1:expire", When(nth=1, writes=None), Expire()),
        ("write:1:forbid", When(nth=1), Forbid()),
        ("write:1:forbid=2000003", When(nth=1), Forbid("2000003")),
        ("write:1:missing", When(nth=1), NOT_YET),
        ("write:1:conflict", When(nth=1), CONFLICT),
        ("read:2:expired-link", When(nth=2, writes=False), EXPIRED_LINK),
        ("write:1:page", When(nth=1), Page()),
        ("write:1:page-applied", When(nth=1), Page(applied=True)),
        ("write:1:cut", When(nth=1), Truncate()),
        ("write:1:cut-unapplied", When(nth=1), Truncate(applied=False)),
    ],
)
def test_a_spec_says_which_request_and_what_happens(text: str, when: When, what: What) -> None:
    assert parse(text) == ("service", Fault(when, what))


def test_a_fault_of_signing_in_is_the_authoritys() -> None:
    assert parse("login:1x2:busy=1") == (
        "login",
        Fault(When(nth=1, times=2, operation="POST *", writes=None), Throttle("1", 503)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "WHICH:NTH:WHAT"),
        ("write:3", "WHICH:NTH:WHAT"),
        ("writes:3:reject", "call, read, write, login"),
        ("write:0:reject", "doesn't say which one"),
        ("write:3x:reject", "doesn't say which one"),
        ("write:third:reject", "doesn't say which one"),
        ("write:3:explode", "none of"),
        ("write:3:lose=5", "takes no value"),
        ("write:3:late=soon", "number of seconds"),
        ("write:3:reject=99", "no HTTP status"),
        ("write:3:transient=Nonsense", "ServerBusyException"),
        ("write:3:throttle=date:soon", "number of seconds"),
        ("login:1:expire", "login takes"),
        ("login:1:busy:GET *", "login takes"),
    ],
)
def test_what_is_no_spec_is_refused_with_what_would_be(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        parse(text)


def test_the_help_of_the_command_tells_every_word() -> None:
    from mailform.cli.sandbox import HELP

    assert [word for word in (*PLAIN, *VALUED) if word not in HELP] == []
