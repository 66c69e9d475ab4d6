"""What Exchange answers: a page of objects, or one of three error envelopes. Bytes in, values out; nothing is sent.

The shapes are those that several public clients have seen from real tenants. The status and `error.code` tell little,
`error.message` nothing; what a failure is, only its .NET type says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import httpx
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from mailform_providers.wire.patience import retry_after
from mailform_providers.wire.reply import Reply
from mailform_state.canonical import sound_json

Record: TypeAlias = Mapping[str, JsonValue]
"""One object as the wire has it, its sidecar keys (`Priority@data.type`) taken off."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that is right as far as it goes. `records` is None when it had no list at all, as after a Set-."""

    records: tuple[Record, ...] | None
    warnings: tuple[str, ...] = ()
    next_link: str | None = None


CROWDED = b"maximum number of concurrent requests"
"""How the front door says that a tenant has too many requests under way: it turned this one away unread."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The service said no. `type_name` is the .NET type, empty when whoever answered wasn't the cmdlet's layer."""

    status: int
    text: str
    type_name: str = ""
    retry_after: float | None = None
    request_id: str = ""

    def is_a(self, *types: str) -> bool:
        """Whether the failure is one of these types, named without their namespace."""
        return self.type_name.rpartition(".")[2] in types


@dataclass(frozen=True, slots=True)
class Garbled:
    """It said 200, and what came isn't Exchange's: a proxy's page, JSON cut short."""

    reason: str


Answered: TypeAlias = Page | Fault | Garbled


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True, frozen=True)


class _Success(_Strict):
    value: list[dict[str, JsonValue]] | dict[str, JsonValue] | None = None
    next_link: str | None = Field(None, alias="@odata.nextLink")
    warnings: list[str] | str | None = Field(None, alias="@adminapi.warnings")
    errors: list[JsonValue] | str | None = Field(None, alias="@adminapi.errors")


class _Inner(_Strict):
    message: str | None = None
    type: str | None = None
    internalexception: _Inner | None = None


class _Detail(_Strict):
    message: str | None = None


class _Error(_Strict):
    message: str | None = None
    details: list[_Detail] | None = None
    innererror: _Inner | None = None


class _Envelope(_Strict):
    error: _Error


class _Wrapped(_Strict):
    message: str = Field(alias="Message")
    type_name: str = Field("", alias="TypeName")


def understand(reply: Reply) -> Answered:
    """What an answer says."""
    document = _json(reply.body)
    if not reply.ok:
        return _fault(reply, document)
    warned = _header_warnings(reply.headers)
    if document is None and not reply.body.strip():
        return Page(None, warned)
    if isinstance(document, _Null):
        return Page(None, warned)
    if isinstance(document, dict) and "error" in document:
        return _fault(reply, document)
    try:
        said = _Success.model_validate(document)
    except ValidationError:
        if CROWDED in reply.body.lower():
            return _fault(reply, None)  # said in plain text, whatever the status
        return Garbled(f"an answer of {len(reply.body)} bytes that isn't what Exchange sends")
    if said.errors:
        return Garbled(f"an answer with errors beside it: {json.dumps(said.errors)[:500]}")
    return Page(_records(said.value), (*_texts(said.warnings), *warned), said.next_link)


class _Null:
    """JSON's null, told apart from a body that is no JSON."""


def _json(body: bytes) -> object:
    try:
        found = sound_json(body.decode("utf-8-sig"))
    except ValueError:
        return None
    return _Null() if found is None else found


def _records(value: list[dict[str, JsonValue]] | dict[str, JsonValue] | None) -> tuple[Record, ...] | None:
    if value is None:
        return None
    rows = value if isinstance(value, list) else [value]
    return tuple({key: entry for key, entry in row.items() if "@" not in key} for row in rows)


def _texts(warnings: list[str] | str | None) -> tuple[str, ...]:
    found = [warnings] if isinstance(warnings, str) else warnings or []
    return tuple(text for text in found if text.strip())


def _header_warnings(headers: httpx.Headers) -> tuple[str, ...]:
    text = headers.get("X-Warnings", "")
    document = _json(text.encode())
    if isinstance(document, list) and all(isinstance(item, str) for item in document):
        return _texts([str(item) for item in document])
    return _texts(text)


def _fault(reply: Reply, document: object) -> Fault:
    text, type_name = _cause(document)
    plain = reply.headers.get("Content-Type", "").startswith("text/plain") or CROWDED in reply.body.lower()
    if not text and plain:
        text = reply.body.decode("utf-8", "replace").strip("\0 \r\n")[:500]
    if not text:
        text = _diagnosis(reply.headers)
    return Fault(
        status=reply.status,
        text=text or f"status {reply.status}, and nothing that says why",
        type_name=type_name,
        retry_after=retry_after(reply.headers.get("Retry-After")),
        request_id=reply.headers.get("request-id") or reply.headers.get("x-ms-request-id") or "",
    )


def _cause(document: object) -> tuple[str, str]:
    """The text and the .NET type of an error envelope, in the order in which they are worth anything."""
    try:
        error = _Envelope.model_validate(document).error
    except ValidationError:
        return "", ""
    inner = error.innererror or _Inner()
    internal = inner.internalexception or _Inner()
    told = [
        _unwrapped(text) for text in (internal.message, *(detail.message for detail in error.details or ())) if text
    ]
    text = next((text for text, _ in told if text), error.message or "")
    return text, internal.type or next((name for _, name in told if name), "")


def _unwrapped(message: str) -> tuple[str, str]:
    """The text and type inside `hash|type|text`, or inside JSON that was put into a string."""
    try:
        wrapped = _Wrapped.model_validate_json(message)
    except ValidationError:
        found = re.fullmatch(r"[^|\s]*\|(?P<type>[\w.+`]*)\|(?P<text>.*)", message, re.DOTALL)
        return (message, "") if found is None else (found["text"], found["type"])
    return wrapped.message, wrapped.type_name


def _diagnosis(headers: httpx.Headers) -> str:
    """The reason that a bodyless 401 or 403 gives in its headers."""
    text = headers.get("x-ms-diagnostics", "")
    found = re.search(r'reason="([^"]*)"', text)
    return text if found is None else found[1]
