"""A tenant in the process: the embedded default, the demo and the test double.

It speaks the wire protocol of Exchange's InvokeCommand and of Graph's domains, so the code that talks to the real
service runs over it unchanged. Start reading at `service`; `tenant` is what it holds, `exchange` and `graph` are the
two services as functions of it. `behaviour` has the switches, `faults` what can go wrong.
"""

from __future__ import annotations

from mailform_providers.sandbox.behaviour import Behaviour
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
    When,
)
from mailform_providers.sandbox.moods import CONFLICT, EXPIRED_LINK, NOT_YET, transient
from mailform_providers.sandbox.requests import Request
from mailform_providers.sandbox.service import Sandbox, SandboxRefused, open_sandbox
from mailform_providers.sandbox.tokens import EXCHANGE, GRAPH

__all__ = [
    "CONFLICT",
    "EXCHANGE",
    "EXPIRED_LINK",
    "GRAPH",
    "NOT_YET",
    "Behaviour",
    "Crowd",
    "Expire",
    "Fault",
    "Forbid",
    "Late",
    "Lose",
    "Page",
    "Redirect",
    "Reject",
    "Request",
    "Sandbox",
    "SandboxRefused",
    "Throttle",
    "Truncate",
    "When",
    "open_sandbox",
    "transient",
]
