"""A tenant in the process: the embedded default, the demo and the test double.

It speaks the wire protocol of Exchange's InvokeCommand and of Graph's domains, so the code that talks to the real
service runs over it unchanged. Start reading at `service`; `tenant` is what it holds, `exchange` and `graph` are the
two services as functions of it. `behaviour` has the switches, `faults` what can go wrong.
"""

from __future__ import annotations

from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.faults import Fault, Forbid, Lose, Page, Reject, Truncate, When
from mailform_providers.sandbox.requests import Request
from mailform_providers.sandbox.service import Sandbox, SandboxRefused, open_sandbox
from mailform_providers.sandbox.tokens import EXCHANGE, GRAPH

__all__ = [
    "EXCHANGE",
    "GRAPH",
    "Behaviour",
    "Fault",
    "Forbid",
    "Lose",
    "Page",
    "Reject",
    "Request",
    "Sandbox",
    "SandboxRefused",
    "Truncate",
    "When",
    "open_sandbox",
]
