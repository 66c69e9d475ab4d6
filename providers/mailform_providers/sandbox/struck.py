"""What a fault makes of a request: which are carried out all the same, and what is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from typing import assert_never

from mailform_providers.sandbox import graph_answers, routing, wire
from mailform_providers.sandbox.exchange import Invocation, Moment
from mailform_providers.sandbox.faults import (
    Crowd,
    Expire,
    Forbid,
    Late,
    Lose,
    Page,
    Redirect,
    Reject,
    Throttle,
    Truncate,
    What,
)
from mailform_providers.sandbox.graph_answers import GraphRefusal
from mailform_providers.sandbox.refusals import Failed
from mailform_providers.sandbox.routing import Arrival, Work
from mailform_providers.sandbox.wire import Answer, encoded

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
_CROWD = b"You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
_GRAPH_CODES = {
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    409: "Directory_ConcurrencyViolation",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


def applies(what: What) -> bool:
    """Whether the request is carried out although it is struck."""
    match what:
        case Lose(applied) | Page(applied) | Truncate(applied):
            return applied
        case Reject() | Late() | Forbid() | Throttle() | Crowd() | Redirect() | Expire():
            return False
    assert_never(what)


def answer(what: What, arrival: Arrival, work: Work, true: Answer | None, moment: Moment) -> Answer | Lose:
    """What comes instead of `true`, the answer of a request that was carried out."""
    match what:
        case Reject():
            return _rejection(what, work, moment)
        case Lose():
            return what
        case Late():
            return Lose(applied=False)
        case Forbid(diagnostics):
            return wire.forbidden(diagnostics)
        case Page():
            return Answer(200, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case Truncate():
            whole = true.body if true and true.body else b'{"@odata.context":"","value":[]}'
            return Answer(true.status if true else 200, whole[: len(whole) // 2], {"Content-Type": wire.JSON})
        case Throttle():
            return throttled(what, datetime.fromisoformat(moment.now))
        case Crowd(status):
            return Answer(status, _CROWD, {"Content-Type": "text/plain; charset=utf-8"})
        case Redirect(prefix):
            return Answer(
                302, headers={"Location": f"{arrival.scheme}://{_below(arrival.host, prefix)}{arrival.target}"}
            )
        case Expire():
            return routing.unauthorized(work)
    assert_never(what)


def throttled(what: Throttle, now: datetime) -> Answer:
    """The answer of a service that is too busy to look at the request."""
    headers = {"Content-Type": "application/json"}
    if what.retry_after is not None:
        wait = timedelta(seconds=float(what.retry_after)) if what.as_date else None
        headers["Retry-After"] = what.retry_after if wait is None else format_datetime(now.astimezone(UTC) + wait, True)
    if what.rate_limits:
        reset = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        headers |= {"Rate-Limit-Limit": "100", "Rate-Limit-Remaining": "0", "Rate-Limit-Reset": reset}
    code = "TooManyRequests" if what.status == 429 else "ServiceUnavailable"
    return Answer(what.status, encoded({"error": {"code": code, "message": "Please try again later."}}), headers)


def _below(host: str, prefix: str) -> str:
    try:
        ip_address(host.rpartition(":")[0].strip("[]") or host)
    except ValueError:
        return f"{prefix}.{host}"
    return host


def _rejection(what: Reject, work: Work, moment: Moment) -> Answer:
    if isinstance(work, Invocation):
        code = what.code or ("NotFound" if what.status == 404 else "BadRequest")
        return wire.refusal(Failed(what.type, what.message, what.status, code), moment.behaviour)
    code = what.code or _GRAPH_CODES.get(what.status, "Request_BadRequest")
    return graph_answers.refused(GraphRefusal(what.status, code, what.message), moment.now, "")
