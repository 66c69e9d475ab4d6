"""What a fault makes of a request: which are carried out all the same, and what is answered."""

from __future__ import annotations

from typing import assert_never

from mailform_providers.sandbox import graph_answers, wire
from mailform_providers.sandbox.exchange import Invocation, Moment
from mailform_providers.sandbox.faults import Forbid, Lose, Page, Reject, Truncate, What
from mailform_providers.sandbox.graph_answers import GraphRefusal
from mailform_providers.sandbox.refusals import Failed
from mailform_providers.sandbox.routing import Work
from mailform_providers.sandbox.wire import Answer

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


def applies(what: What) -> bool:
    """Whether the request is carried out although it is struck."""
    match what:
        case Lose(applied) | Page(applied) | Truncate(applied):
            return applied
        case Reject() | Forbid():
            return False
    assert_never(what)


def answer(what: What, work: Work, true: Answer | None, moment: Moment) -> Answer | Lose:
    """What comes instead of `true`, the answer of a request that was carried out."""
    match what:
        case Reject():
            return _rejection(what, work, moment)
        case Lose():
            return what
        case Forbid():
            return wire.forbidden()
        case Page():
            return Answer(200, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case Truncate():
            whole = true.body if true and true.body else b'{"@odata.context":"","value":[]}'
            return Answer(true.status if true else 200, whole[: len(whole) // 2], {"Content-Type": wire.JSON})
    assert_never(what)


def _rejection(what: Reject, work: Work, moment: Moment) -> Answer:
    if isinstance(work, Invocation):
        code = what.code or ("NotFound" if what.status == 404 else "BadRequest")
        return wire.refusal(Failed(what.type, what.message, what.status, code), moment.behaviour)
    code = what.code or "Request_BadRequest"
    return graph_answers.refused(GraphRefusal(what.status, code, what.message), moment.now, "")
