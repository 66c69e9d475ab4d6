"""One HTTP request and how it ended: answered, never sent, or nobody knows. The difference decides whether a write may
be sent again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TypeAlias

import httpx

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came in whole. `body` is decoded; what is in it, nobody has looked at yet."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: httpx.URL

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Unsent:
    """The request never left: no connection, no such host, a certificate that isn't trusted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The request left, or part of it, and no whole answer came: it may have been carried out."""

    reason: str


Delivery: TypeAlias = Reply | Unsent | Broken


def send(http: httpx.Client, request: httpx.Request) -> Delivery:
    """Sends a request once. Follows no redirect and raises nothing of httpx.

    The body is taken raw and unpacked here: Exchange's 403 is a run of NUL bytes that it calls gzip, and httpx would
    raise over it and lose the status.
    """
    try:
        response = http.send(request, stream=True, follow_redirects=False)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        return Unsent(_reason(error))
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        return Unsent(_reason(error))
    except httpx.TransportError as error:
        return Broken(_reason(error))
    try:
        # A transport inside the process may hand over a response that was read (and decoded) when it was made.
        body = response.content if response.is_stream_consumed else _unpacked(response, b"".join(response.iter_raw()))
    except (httpx.TransportError, zlib.error) as error:
        return Broken(_reason(error))
    finally:
        response.close()
    return Reply(response.status_code, response.headers, _without_token(body, request), request.url)


def _unpacked(response: httpx.Response, raw: bytes) -> bytes:
    packed = response.headers.get("Content-Encoding", "").strip().lower() == "gzip"
    if not packed or not raw.startswith(_GZIP):
        return raw
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    body = unpacking.decompress(raw) + unpacking.flush()
    if not unpacking.eof:
        raise zlib.error("the packed answer is cut short")
    return body


def _without_token(body: bytes, request: httpx.Request) -> bytes:
    """A gateway may echo the request it refuses; what is shown of an answer must not have the token in it."""
    token = request.headers.get("Authorization", "").rpartition(" ")[2].encode()
    return body.replace(token, b"(token)") if token else body


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
