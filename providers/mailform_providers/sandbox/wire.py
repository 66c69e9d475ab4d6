"""What Exchange's answers look like as bytes: the success shape with its sidecar keys, and the error envelopes.

Shapes as published from real tenants; `refusals` says what went wrong, this says how it is put.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never
from zlib import crc32

from pydantic import JsonValue

from mailform_providers.sandbox.behaviour import Behaviour
from mailform_providers.sandbox.cmdlet import Record
from mailform_providers.sandbox.refusals import BadCall, BadValue, Error, Failed, Forbidden, Malformed

JSON = "application/json;odata.metadata=minimal;odata.streaming=true"
_CONTEXT = "https://outlook.office365.com/adminapi/beta/$metadata#Collection(Exchange.GenericHashTable)"
_TYPES = {
    "Priority": "System.Int32",
    "Size": "System.Int32",
    "RegexSize": "System.Int32",
    "SetSCL": "System.Int32",
    "SCLOver": "System.Int32",
    "ExceptIfSCLOver": "System.Int32",
    "TransportRuleLimit": "System.Int32",
    "Guid": "System.Guid",
    "ImmutableId": "System.Guid",
    "ExchangeObjectId": "System.Guid",
    "DlpPolicyId": "System.Guid",
    "LinkForModifiedConnector": "System.Guid",
    "WhenChanged": "System.DateTime",
    "WhenCreated": "System.DateTime",
    "WhenChangedUTC": "System.DateTime",
    "WhenCreatedUTC": "System.DateTime",
    "ActivationDate": "System.DateTime",
    "ExpiryDate": "System.DateTime",
}
_NUL_BODY = bytes(36)
_NO_ROLE = '2000010;reason="The user or application lacks the role, or the cmdlet does not exist."'


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever carries it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def encoded(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def success(records: Sequence[Record], warnings: Sequence[str], next_link: str | None = None) -> Answer:
    """200 with the objects, and where the next page of them is."""
    return _answered([_with_types(record) for record in records], warnings, next_link)


def done(warnings: Sequence[str], behaviour: Behaviour) -> Answer:
    """What a cmdlet without an object to show answers; a warning needs a body, so there it is never 204."""
    match behaviour.set_returns:
        case "no_content" if not warnings:
            return Answer(204)
        case "null":
            return _answered(None, warnings)
        case "empty" | "no_content":
            return _answered([], warnings)
    assert_never(behaviour.set_returns)


def refusal(error: Error, behaviour: Behaviour) -> Answer:
    """The envelope of an error."""
    match error:
        case BadCall(type, text):
            return _invalid_operation(type, text, [{"code": "Client", "target": "", "message": f"|{type}|{text}"}])
        case BadValue(text, type):
            return _invalid_operation(type, text, None)
        case Failed():
            return _failed(error, behaviour)
        case Forbidden():
            return forbidden()
        case Malformed(text):
            return Answer(400, encoded({"error": {"code": "BadRequest", "message": text}}), {"Content-Type": JSON})
    assert_never(error)


def forbidden(diagnostics: str | None = None) -> Answer:
    """The service's 403: NUL bytes, declared as gzip, which they aren't. `diagnostics` as in `faults.Forbid`."""
    reason = _NO_ROLE if diagnostics is None else diagnostics
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return Answer(403, _NUL_BODY, {**headers, "x-ms-diagnostics": reason} if reason else headers)


def _answered(value: JsonValue, warnings: Sequence[str], next_link: str | None = None) -> Answer:
    payload: dict[str, JsonValue] = {
        "@odata.context": _CONTEXT,
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": list(warnings),
        "value": value,
    }
    if next_link is not None:
        payload["@odata.nextLink"] = next_link
    return Answer(200, encoded(payload), {"Content-Type": JSON})


def _with_types(record: Record) -> JsonValue:
    """A record with the keys that tell the types of what follows them."""
    typed: dict[str, JsonValue] = {}
    for name, value in record.items():
        if isinstance(value, tuple):
            typed[f"{name}@odata.type"] = "#Collection(String)"
            typed[name] = list(value)
            continue
        if value is not None and name in _TYPES:
            typed[f"{name}@data.type"] = _TYPES[name]
        typed[name] = value
    return typed


def _invalid_operation(type: str, text: str, details: list[JsonValue] | None) -> Answer:
    outer = "Invalid Operation"
    error: dict[str, JsonValue] = {"code": "BadRequest", "message": outer}
    error |= {"@adminapi.warnings": []} if details is None else {"details": details}
    error["innererror"] = {
        "message": outer,
        "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        "stacktrace": "",
        "internalexception": {"message": text, "type": type, "stacktrace": ""},
    }
    return Answer(400, encoded({"error": error}), {"Content-Type": JSON})


def _failed(error: Failed, behaviour: Behaviour) -> Answer:
    match behaviour.error_envelope:
        case "B":
            digest = f"Ex{crc32(f'{error.type}|{error.text}'.encode()) & 0xFFFFFF:06X}"
            detail = {"code": "Context", "target": "", "message": f"{digest}|{error.type}|{error.text}"}
        case "C":
            inner = {"Message": error.text, "TypeName": error.type, "StackTrace": None, "InnerError": None}
            detail = {"code": "Client", "target": "", "message": json.dumps(inner)}
        case _:
            assert_never(behaviour.error_envelope)
    shown = {"code": error.code, "message": "Error executing cmdlet", "details": [detail]}
    headers = {"Content-Type": JSON, "X-ExceptionType": error.type.rpartition(".")[2]}
    return Answer(error.status, encoded({"error": shown}), headers)
