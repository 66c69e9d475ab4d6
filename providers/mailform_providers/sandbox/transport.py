"""The way in: httpx over a sandbox, without a socket. The client's code is the same as over the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import httpx

from mailform_providers.sandbox.faults import Lose
from mailform_providers.sandbox.routing import Arrival
from mailform_providers.sandbox.wire import Answer

Answering: TypeAlias = Callable[[Arrival], Answer | Lose]


class SandboxTransport(httpx.BaseTransport):
    """Hands every request to a sandbox. Safe to use from several threads; the sandbox takes them one by one."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._answering(Arrival(request.method, target, headers, request.read()))
        if isinstance(answer, Lose):
            raise httpx.ReadError("The connection was lost before the answer came.", request=request)
        # As a stream, so that a body which isn't what its headers say is the client's to find out, as over a socket.
        return httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body))
