"""One line for each request, for people who look for what goes wrong. Never a header, a body or a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


def logged(http: httpx.Client, log: Callable[[str], None], *, ids: bool) -> None:
    """Has `log` told of each answer that `http` gets; with `ids`, the request's id too, which support asks for."""

    def told(response: httpx.Response) -> None:
        request = response.request
        what = request.headers.get("X-CmdletName") or f"{request.method} {request.url.path}"
        id = (
            f" (client-request-id {request.headers['client-request-id']})"
            if "client-request-id" in request.headers
            else ""
        )
        log(f"{what} at {request.url.host}: {response.status_code}{id if ids else ''}")

    http.event_hooks = {"request": [], "response": [told]}
