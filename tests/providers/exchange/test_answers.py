from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform_providers.exchange.answers import CROWDED, Fault, Garbled, Page, understand
from mailform_providers.wire.reply import Reply

AMBIGUOUS = "Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException"
EXISTS = "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException"


def understood(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Page | Fault | Garbled:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return understand(Reply(status, httpx.Headers(headers or {}), body, httpx.URL("https://outlook.office365.com")))


def test_sidecar_keys_are_no_attributes() -> None:
    record = {
        "Priority@data.type": "System.Int32",
        "Priority": 0,
        "From@odata.type": "#Collection(String)",
        "From": ["a"],
    }
    page = understood({"value": [record]})
    assert isinstance(page, Page)
    assert page.records == ({"Priority": 0, "From": ["a"]},)


def test_warnings_come_from_the_body_and_from_the_header() -> None:
    page = understood({"value": [], "@adminapi.warnings": ["one", ""]}, headers={"X-Warnings": '["two"]'})
    assert isinstance(page, Page)
    assert page.warnings == ("one", "two")


@pytest.mark.parametrize("document", [b"", b"null", {"value": None}, {}])
def test_a_write_may_answer_without_any_list(document: object) -> None:
    page = understood(document)
    assert isinstance(page, Page)
    assert page.records is None


def test_envelope_a_tells_its_cause_inside() -> None:
    said = "Parameter set cannot be resolved using the specified named parameters. BogusParameter"
    error = {
        "code": "BadRequest",
        "message": "Invalid Operation",
        "details": [{"code": "Client", "target": "", "message": f"|{AMBIGUOUS}|{said}"}],
        "innererror": {
            "message": "Invalid Operation",
            "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
            "internalexception": {"message": said, "type": AMBIGUOUS, "stacktrace": ""},
        },
    }
    assert understood({"error": error}, 400) == Fault(400, said, AMBIGUOUS)


def test_envelope_a_of_a_bad_value_has_no_details() -> None:
    said = "Cannot process argument transformation on parameter 'Mode'."
    inner = {"internalexception": {"message": said, "type": "X.ParameterTransformationException"}}
    fault = understood({"error": {"message": "Invalid Operation", "innererror": inner, "@adminapi.warnings": []}}, 400)
    assert isinstance(fault, Fault)
    assert fault.text == said
    assert fault.is_a("ParameterTransformationException")


@pytest.mark.parametrize("prefix", ["", "Ex6F9304"])
def test_envelope_b_has_hash_type_and_text_in_one_string(prefix: str) -> None:
    details = [{"message": f"{prefix}|{EXISTS}|The name 'a|b' is taken."}]
    assert understood({"error": {"message": "Error executing cmdlet", "details": details}}, 400) == Fault(
        400, "The name 'a|b' is taken.", EXISTS
    )


def test_envelope_c_has_json_in_a_string() -> None:
    wrapped = json.dumps({"Message": "The name is taken.", "TypeName": EXISTS, "StackTrace": None, "InnerError": None})
    error = {"message": "Error executing cmdlet", "details": [{"code": "Context", "message": wrapped}]}
    assert understood({"error": error}, 400) == Fault(400, "The name is taken.", EXISTS)


def test_a_bodyless_403_tells_its_reason_in_a_header() -> None:
    headers = {"x-ms-diagnostics": '2000003;reason="The role is missing.";error_category="x"', "request-id": "r-1"}
    fault = understood(b"\0" * 100, 403, headers)
    assert fault == Fault(403, "The role is missing.", request_id="r-1")


def test_plain_text_is_a_reason_too() -> None:
    fault = understood(
        b"You have reached the maximum number of concurrent requests", 400, {"Content-Type": "text/plain"}
    )
    assert isinstance(fault, Fault)
    assert fault.text.startswith("You have reached")


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b'{"value":[{"Name":"a"', b'{"value":["text"]}', b"[]", b'"x"']
)
def test_what_is_not_exchanges_is_garbled_even_with_200(body: bytes) -> None:
    assert isinstance(understood(body), Garbled)


def test_an_error_inside_a_200_is_an_error() -> None:
    fault = understood({"error": {"message": "Error executing cmdlet", "details": [{"message": f"|{EXISTS}|Taken."}]}})
    assert isinstance(fault, Fault)
    assert fault.is_a("ADObjectAlreadyExistsException")


@given(st.binary(max_size=200), st.sampled_from([200, 204, 400, 403, 404, 500]))
def test_any_bytes_are_understood_as_something(body: bytes, status: int) -> None:
    found = understood(body, status)
    assert isinstance(found, Fault) == (status >= 400 or CROWDED in body.lower())


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "value", "details", "innererror", "message", "type"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_json, st.sampled_from([200, 400]))
def test_any_json_is_understood_as_something(document: object, status: int) -> None:
    understood(document, status)
