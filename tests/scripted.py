"""A service that answers from a script, over httpx's own seam for transports: for tests of what answers mean."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from mailform_providers.clouds import Audience
from mailform_providers.wire.patience import Patience, Waits

TENANT = "5f1d0f0a-2c11-4b0e-9e0e-6a3c1d2b4f10"
EXCHANGE = "https://outlook.office365.com"
GRAPH = "https://graph.microsoft.com"

Reaction = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class _Wire(httpx.SyncByteStream):
    def __init__(self, chunks: Sequence[bytes | Exception]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


def raw(status: int, *chunks: bytes | Exception, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer whose bytes nobody has touched, as they come from a socket."""
    return httpx.Response(status, headers=headers, stream=_Wire(chunks))


def answer(document: object, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """A JSON answer, packed as the service packs it when it is asked to."""
    packed = gzip.compress(json.dumps(document).encode())
    return raw(
        status, packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json", **(headers or {})}
    )


def listed(*records: object, **more: object) -> httpx.Response:
    """A cmdlet's success, with the keys around it that the service always sends."""
    return answer(
        {
            "@odata.context": f"{EXCHANGE}/adminapi/beta/{TENANT}/$metadata#Collection(Exchange.GenericHashTable)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": more.pop("warnings", []),
            "value": list(records),
            **more,
        }
    )


def failed(type_name: str, text: str, status: int = 400) -> httpx.Response:
    """A cmdlet's failure in envelope B."""
    message = f"Ex6F9304|{type_name}|{text}"
    error = {
        "code": "BadRequest",
        "message": "Error executing cmdlet",
        "details": [{"code": "Context", "message": message}],
    }
    return answer({"error": error}, status)


def not_found(identity: str) -> httpx.Response:
    return failed(
        "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
        f"The operation couldn't be performed because object '{identity}' couldn't be found on 'DC01.OUTLOOK.COM'.",
        404,
    )


@dataclass
class Script(httpx.BaseTransport):
    """Answers one request after the other; the last reaction is repeated when `forever`."""

    reactions: list[Reaction]
    forever: bool = False
    requests: list[httpx.Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self.lock:
            self.requests.append(request)
            assert self.reactions, f"nobody expected {request.method} {request.url}"
            last = self.forever and len(self.reactions) == 1
            reaction = self.reactions[0] if last else self.reactions.pop(0)
        if isinstance(reaction, Exception):
            raise reaction
        return reaction if isinstance(reaction, httpx.Response) else reaction(request)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(request.content) for request in self.requests]


@dataclass
class Sleeps:
    """Time that passes only by sleeping."""

    slept: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> float:
        return sum(self.slept)

    def patience(self) -> Patience:
        return Patience(sleep=self, jitter=lambda low, high: low)

    def waits(self) -> Waits:
        return Waits(domain_timeout=60, visibility_timeout=20, sleep=self, clock=self.clock)


@dataclass
class Held:
    """Tokens that just are there; the nth after n refreshes, as long as there are more."""

    spare: int = 0
    asked: list[Audience] = field(default_factory=list)
    generation: int = 0

    def token(self, audience: Audience) -> str:
        self.asked.append(audience)
        return f"{audience.value}-token-{self.generation}"

    def tenant_id(self) -> str:
        return TENANT

    def refresh(self, audience: Audience) -> bool:
        if self.spare == 0:
            return False
        self.spare -= 1
        self.generation += 1
        return True

    def ends_at(self, audience: Audience) -> datetime | None:
        return None
