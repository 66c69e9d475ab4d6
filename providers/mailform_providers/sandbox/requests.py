"""The log's entries: what was asked of a sandbox, so that tests can say "the second apply writes nothing"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Request:
    """One request over the transport. `operation` is the cmdlet's name, or a Graph method and path below /v1.0
    (`POST /domains`); `identity` the object it names, as sent; `number` counts from 1. `status` is None before it was
    handled, and when its answer was lost."""

    number: int
    client_request_id: str
    operation: str
    identity: str
    parameters: Mapping[str, JsonValue]
    writes: bool
    status: int | None = None
